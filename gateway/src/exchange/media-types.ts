// The media types of bodies.
export const JSON_TYPE = 'application/json'
export const JOSE_TYPE = 'application/jose'
/** A form with an uploaded file in it. */
export const FORM_TYPE = 'multipart/form-data'
/** The file in it. */
export const TEXT_TYPE = 'text/plain'
