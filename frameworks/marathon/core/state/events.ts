/**
 * The events of Marathon as plain data: from the master, the REST API, the store, probes and timers.
 */

import type { Stamped, Unstamped, Woke } from '../../../../cluster/model/event';
import type { SessionEvents } from '../../../kit/core/session/effects';
import type { StoreEvents } from '../../../kit/core/turn/effects';
import type { App, Group } from '../../api/app';
import type { Pod } from '../../api/pod';

/** One change of the root: apps and pods put or removed, apps restarted, groups put or removed. */
export interface RootChange {
  readonly put?: readonly App[] | undefined;
  readonly remove?: readonly string[] | undefined;
  readonly putPods?: readonly Pod[] | undefined;
  readonly removePods?: readonly string[] | undefined;
  readonly restart?: readonly string[] | undefined;
  readonly putGroups?: readonly Group[] | undefined;
  readonly removeGroups?: readonly string[] | undefined;
  /** By app or pod a configuration that the one put is equal to: its instances stay, as instances of the new version. */
  readonly keep?: Readonly<Record<string, string>> | undefined;
}

/** The sender of a request, for api_post_event. */
export interface Origin {
  readonly clientIp: string;
  readonly uri: string;
}

/** Whether a change cancels the deployments in its way. */
export interface Force {
  readonly force: boolean;
  /** The deployments that the sender may cancel by force; all without it. Others are in the way all the same. */
  readonly cancellable?: readonly string[] | undefined;
}

export interface MarathonEvents extends StoreEvents, SessionEvents {
  /** The first event: the process is up and wants to subscribe. */
  started: object;
  woke: Woke;

  'api.change': Force & {
    request: number;
    change: RootChange;
    /** The apps and pods put must not exist yet. */
    create?: boolean | undefined;
    /** The group whose change is announced; the parent of the app for single-app changes. */
    group: string;
    /** Sends api_post_event for the one app put, or the event of the pods put or removed. */
    origin?: Origin | undefined;
  };
  'api.kill': Force & {
    request: number;
    /** Tasks; an instance stands for all of its tasks. */
    taskIds: readonly string[];
    scale: boolean;
    wipe: boolean;
  };
  'api.patch-group': { request: number; group: string; enforceRole: boolean };
  'api.cancel': { request: number; deployment: string; force: boolean };
  'api.reset-delay': { request: number; app: string };

  probed: { probe: number; target: string; purpose: ProbePurpose; result: ProbeResult };
}

/** The check of an instance that a probe is for: a health check by its index in the app, or the readiness check. */
export type ProbePurpose =
  | { readonly kind: 'health'; readonly index: number }
  | { readonly kind: 'readiness' };

export type ProbeResult =
  | { readonly ok: true; readonly response?: ProbeResponse | undefined }
  | { readonly ok: false; readonly cause: string; readonly response?: ProbeResponse | undefined };

export interface ProbeResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type MarathonEvent = Stamped<MarathonEvents>;
export type NewMarathonEvent = Unstamped<MarathonEvents>;
export type EventOf<K extends keyof MarathonEvents> = Stamped<MarathonEvents, K>;
