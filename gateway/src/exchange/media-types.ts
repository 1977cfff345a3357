// The media types of bodies.
export const JSON_TYPE = 'application/json'
export const JOSE_TYPE = 'application/jose'
