/**
 * The settings of oversubscription, by the original's modules of the same kinds.
 */

import type { Resource } from '../../../api/generated/mesos';
import type { Millis } from '../../../model/time';

/** `--resource_estimator` with its parameters. */
export type Estimator = { readonly kind: 'fixed'; readonly resources: readonly Resource[] };

/** `--qos_controller` with its parameters: the loads above which it acts. */
export type Controller = {
  readonly kind: 'load';
  readonly fiveMax?: number | undefined;
  readonly fifteenMax?: number | undefined;
};

export interface OversubscriptionSettings {
  /** Undefined when nothing is given away twice. */
  readonly estimator?: Estimator | undefined;
  /** Undefined when nothing is ever killed for it. */
  readonly controller?: Controller | undefined;
  /** `--oversubscribed_resources_interval` */
  readonly estimateMs: Millis;
  /** `--qos_correction_interval_min` */
  readonly correctMs: Millis;
}
