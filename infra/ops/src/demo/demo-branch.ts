// A branch as a bank creates it, for the demo, tests and benches.

/** `branchId` is its code too. */
export const demoBranch = (branchId: string) => ({
  branchId,
  branchCode: branchId,
  branchName: 'Lake Road',
  address: '12 Lake Road',
  address2: 'Near the post office',
  address3: 'Ballygunge',
  city: 'Kolkata',
  state: 'West Bengal',
  country: 'India',
  district: 'Kolkata',
  zipCode: '700029',
  branchPhoneNumber: '+913322220000',
  pocDetails: [{ name: 'Asha Rao', designation: 'MANAGER', mobileNo: '+919876500001', level: 1 }],
})
