// Pages of a list, as answers tell them.
import type { Pagination } from '@dcms/contract'

/** What the envelope says of a page. @param totalRecords rows of all pages */
export const paginationOf = (pageNo: number, pageSize: number, totalRecords: number): Pagination => ({
  pageNo,
  pageSize,
  totalRecords,
  totalElements: totalRecords,
  totalPages: Math.ceil(totalRecords / pageSize),
})
