/**
 * The effects of Marathon as plain data: calls, stores, answers, events for the stream, probes.
 */

import type { CommonEffect } from '../../../../cluster/model/event';
import type { Millis } from '../../../../cluster/model/time';
import type { CallEffect, FrameworkEffect } from '../../../kit/core/session/effects';
import type { AnswerEffect } from '../../../kit/core/turn/answer';
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
  | { readonly code: 'invalid'; readonly details: readonly InvalidDetail[] }
  | { readonly code: 'locked'; readonly deployments: readonly string[] }
  | { readonly code: 'too-many'; readonly message: string }
  /** The lead was lost; the message says that the outcome is not known. */
  | { readonly code: 'deposed'; readonly message: string };

export interface InvalidDetail {
  readonly path: string;
  readonly errors: readonly string[];
  /** More about the errors, which the original does not have. */
  readonly messages?: readonly string[];
}

export type Answer =
  | { readonly ok: true; readonly version: string; readonly deployment: string }
  | { readonly ok: true; readonly killed: readonly string[] }
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: Refusal };

export type MarathonEffect =
  | CommonEffect
  | FrameworkEffect
  | CallEffect
  | StoreEffect
  /** `pod` is the subject of an event that does not name it. */
  | { readonly kind: 'publish'; readonly event: BusEvent; readonly pod?: string }
  | AnswerEffect<Answer>
  /** Answered by `probed`. The target is an instance. */
  | {
      readonly kind: 'probe';
      readonly probe: number;
      readonly target: string;
      readonly purpose: ProbePurpose;
      readonly check: Probe;
    }
  | ResignEffect;
