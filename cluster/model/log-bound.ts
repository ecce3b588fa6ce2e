/**
 * The bound of a log: of the file that is written, and of the older files beside it.
 */

export interface LogBound {
  /** Most bytes of a file; at least a page, 4096. */
  readonly maxBytes: number;
  /** Number of older files that are kept: `stdout.1` and so on. */
  readonly olderFiles: number;
}
