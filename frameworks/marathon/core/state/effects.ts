/**
 * The effects of Marathon as plain data: calls, stores, answers, events for the stream, probes.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import type { CommonEffect } from '../../../../cluster/model/event';
import type { Millis } from '../../../../cluster/model/time';
import type { ResignEffect, StoreEffect } from '../../../kit/core/turn/effects';
import type { BusEvent } from '../../api/events';
import type { ProbePurpose } from './events';

export interface Probe {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: Millis;
  readonly ipProtocol: 'IPv4' | 'IPv6';
  /** Statuses that pass; 200 to 399 without it. */
  readonly statuses?: readonly number[] | undefined;
  /** True when the answer's body is needed. */
  readonly keepBody: boolean;
}

/** The reason why a request was refused. */
export type Refusal =
  | { readonly code: 'exists'; readonly message: string }
  | { readonly code: 'missing'; readonly message: string }
  | { readonly code: 'invalid'; readonly details: readonly { path: string; errors: readonly string[] }[] }
  | { readonly code: 'locked'; readonly deployments: readonly string[] }
  | { readonly code: 'too-many'; readonly message: string };

export type Answer =
  | { readonly ok: true; readonly version: string; readonly deployment: string }
  | { readonly ok: true; readonly killed: readonly string[] }
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: Refusal };

export type MarathonEffect =
  | CommonEffect
  /** The FrameworkInfo to subscribe with from now on. The first one starts the session. */
  | { readonly kind: 'framework'; readonly info: mesos.FrameworkInfo }
  /** A call to the master; framework_id is filled in. */
  | { readonly kind: 'call'; readonly call: scheduler.Call }
  | StoreEffect
  | { readonly kind: 'publish'; readonly event: BusEvent }
  | { readonly kind: 'answer'; readonly request: number; readonly answer: Answer }
  /** Answered by `probed`. The target is an instance. */
  | {
      readonly kind: 'probe';
      readonly probe: number;
      readonly target: string;
      readonly purpose: ProbePurpose;
      readonly check: Probe;
    }
  | ResignEffect;
