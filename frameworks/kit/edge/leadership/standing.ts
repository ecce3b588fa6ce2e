/** The standing of a process among those that share its state, as every request asks for it. */

export type Standing =
  | { readonly kind: 'leading' }
  /** Another process leads; `leader` is its `host:port`. */
  | { readonly kind: 'following'; readonly leader: string }
  | { readonly kind: 'none'; readonly reason: string };
