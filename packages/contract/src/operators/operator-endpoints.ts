// Every route that operators call, with the roles that may: what is not listed here no operator
// gets through to.
import { cancelCardOrderByOperatorEndpoint } from '../card-order/cancel-card-order.ts'
import { listCardOrdersEndpoint } from '../card-order/list-card-orders.ts'
import { processCardOrderByOperatorEndpoint } from '../card-order/process-card-order.ts'
import { showCardOrderEndpoint } from '../card-order/show-card-order.ts'
import { addUserEndpoint, applyTenantEndpoint, listUsersEndpoint, setUserStateEndpoint, tenantVersionPath } from '../gateway/admin.ts'
import { auditInstancesPath } from '../gateway/audit.ts'
import { jobsListPath, jobsRunPath } from '../gateway/jobs.ts'
import {
  addKeyComponentEndpoint,
  createKeyEndpoint,
  exportKeyBlockEndpoint,
  importKeyBlockEndpoint,
  listKeysEndpoint,
  rotateKeyEndpoint,
} from '../gateway/keys.ts'
import { sumStockEndpoint } from '../inventory/sum-stock.ts'
import { closeKitEndpoint } from '../kit/close-kit.ts'
import { showPrinterKeyEndpoint, showVendorKeyEndpoint } from '../kit/show-vendor-key.ts'
import { producePinMailersEndpoint } from '../pin/produce-pin-mailers.ts'
import { unlockPinEndpoint } from '../pin/unlock-pin.ts'
import { type OperatorRole, operatorRoles } from './operator-roles.ts'

/** Roles by path. */
export const rolesOfOperatorPaths: Readonly<Record<string, readonly OperatorRole[]>> = {
  [applyTenantEndpoint.path]: ['ADMINISTRATOR'],
  [addUserEndpoint.path]: ['ADMINISTRATOR'],
  [setUserStateEndpoint.path]: ['ADMINISTRATOR'],
  [listUsersEndpoint.path]: ['ADMINISTRATOR', 'AUDITOR'],
  [tenantVersionPath]: operatorRoles,
  [auditInstancesPath]: ['AUDITOR'],
  [createKeyEndpoint.path]: ['KEY_OFFICER'],
  [addKeyComponentEndpoint.path]: ['KEY_OFFICER'],
  [importKeyBlockEndpoint.path]: ['KEY_OFFICER'],
  [rotateKeyEndpoint.path]: ['KEY_OFFICER'],
  [exportKeyBlockEndpoint.path]: ['KEY_OFFICER'],
  [listKeysEndpoint.path]: ['KEY_OFFICER', 'AUDITOR'],
  [closeKitEndpoint.path]: ['OPERATIONS'],
  [unlockPinEndpoint.path]: ['OPERATIONS'],
  [producePinMailersEndpoint.path]: ['OPERATIONS'],
  [listCardOrdersEndpoint.path]: ['OPERATIONS', 'AUDITOR'],
  [showCardOrderEndpoint.path]: ['OPERATIONS', 'AUDITOR'],
  [processCardOrderByOperatorEndpoint.path]: ['OPERATIONS'],
  [cancelCardOrderByOperatorEndpoint.path]: ['OPERATIONS'],
  [sumStockEndpoint.path]: ['OPERATIONS', 'AUDITOR'],
  [showVendorKeyEndpoint.path]: ['ADMINISTRATOR', 'KEY_OFFICER', 'AUDITOR'],
  [showPrinterKeyEndpoint.path]: ['ADMINISTRATOR', 'KEY_OFFICER', 'AUDITOR'],
  [jobsRunPath]: ['OPERATIONS'],
  [jobsListPath]: ['OPERATIONS', 'AUDITOR'],
}
