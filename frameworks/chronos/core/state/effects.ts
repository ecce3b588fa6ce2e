/** The effects of Chronos as plain data: launches, kills, stores, answers and notices to owners. */

import type { CommonEffect } from '../../../../cluster/model/event';
import type { Refusal } from '../jobs/refusal';
import type { Notice } from '../notify/notice';

export interface StoreChange {
  readonly name: string;
  /** JSON text; undefined removes the variable. */
  readonly value: string | undefined;
}

export type ApiAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly refusal: Refusal };

export type ChronosEffect =
  | CommonEffect
  | {
      readonly kind: 'launch';
      readonly taskId: string;
      readonly runId: string;
      readonly jobName: string;
      readonly offerId: string;
    }
  | { readonly kind: 'kill'; readonly taskId: string; readonly graceSeconds: number }
  /** Stores all changes or none; answered by `stored` or `store.failed`. */
  | { readonly kind: 'store'; readonly ticket: number; readonly changes: readonly StoreChange[] }
  | { readonly kind: 'answer'; readonly request: number; readonly answer: ApiAnswer }
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** The process can no longer lead. */
  | { readonly kind: 'resign'; readonly reason: string };
