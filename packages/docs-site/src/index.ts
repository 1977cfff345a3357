// The documentation that people read: guides and reference, made from the contract, as files to be
// served.
export { buildSite, jsonFile, type Site, type SiteDocuments } from './site.ts'
export { type Encoding, SiteFile, type SiteFileMessage } from './site-file.ts'
