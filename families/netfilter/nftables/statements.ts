/** A statement of nft's JSON. */
export type Statement = object;
