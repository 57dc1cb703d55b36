/** True for the very same type: `any` and a wider or narrower type do not pass. */
type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where `A` and `B` are the same type. */
export declare function same<A, B>(...proof: Equal<A, B> extends true ? [] : ["these differ"]): void;
