/** The context of REST handlers: reading of requests, and the responses for their outcomes. */

import { isObject } from '../../../../cluster/model/json-value';
import { isFromBrowser } from '../../../../cluster/runtime/http/browser-requests';
import type { Request } from '../../../../cluster/runtime/http/server';
import type { Logger } from '../../../../cluster/runtime/log';
import type { Rights } from '../../../kit/edge/access/authorizer';
import type { PluginEntry } from '../../../kit/edge/access/descriptor';
import type { Standing } from '../../../kit/edge/leadership/standing';
import type { RequestOf } from '../../../kit/edge/requests';
import { NO_CACHE, type RestDoor } from '../../../kit/edge/rest/door';
import { type LongAnswers, slicedOutcome } from '../../../kit/edge/rest/long-answer';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { foreignTypeOf, jsonOf, warnings } from '../../../kit/edge/rest/request';
import type { Handover } from '../../../kit/edge/state/handover';
import type { NormalizationOptions } from '../../api/app-legacy';
import type { BusEvent } from '../../api/events';
import { newReading, type Reader } from '../../api/read';
import { type ApiFailure, failure, invalidJson, isFailure, notValid } from '../../api/violations';
import type { InfoConfig } from '../../config';
import type { Answer, Refusal } from '../../core/state/effects';
import type { NewMarathonEvent } from '../../core/state/events';
import type { MarathonSettings } from '../../core/state/settings';
import type { MarathonState } from '../../core/state/state';
import type { EventBus } from '../bus';
import type { Callbacks } from '../callbacks';
import type { LogLevel } from '../log-level';
import type { MarathonMetrics } from '../metrics';

export interface RestContext extends RestDoor, LongAnswers {
  readonly settings: MarathonSettings;
  readonly normalization: NormalizationOptions;
  readonly log: Logger;
  readonly bus: EventBus;
  /** Undefined where callbacks are off. */
  readonly callbacks: Callbacks | undefined;
  readonly metrics: MarathonMetrics;
  readonly metricsPrometheus: boolean;
  readonly version: string;
  /** Flag values for `/v2/info`, secrets starred out. */
  readonly info: InfoConfig;
  /** The flags as texts, for `/config`, secrets starred out. */
  readonly flags: Readonly<Record<string, string>>;
  readonly logLevel: LogLevel;
  /** The plugins that are loaded. */
  readonly plugins: readonly PluginEntry[];
  /** The rights of the sender of a request. */
  rights(request: Request): Rights;
  /** To the readers of the event stream and to the callbacks. */
  publish(event: BusEvent): void;
  now(): number;
  /** `host:port` of this process. */
  leader(): string;
  standing(): Standing;
  /** Stores what the next leader is to do, and gives the lead up. */
  abdicate(handover: Handover): Promise<void>;
  read<T>(view: (state: MarathonState) => T): T;
  ask(request: RequestOf<NewMarathonEvent>): Promise<Answer>;
}

/** Headers of every response; the URL is that of the leader. */
export function commonHeaders(leaderUrl: string): Record<string, string> {
  return {
    ...NO_CACHE,
    'x-frame-options': 'DENY',
    'x-xss-protection': '1; mode=block',
    'x-content-type-options': 'nosniff',
    'x-marathon-leader': leaderUrl,
  };
}

/** An answer of JSON that is printed in slices. */
export function sliced(
  context: RestContext,
  request: Request,
  pieces: Iterator<string, unknown>,
): Promise<Outcome> {
  return slicedOutcome(context, request, pieces);
}

export function notFound(message: string): Outcome {
  return failure(404, message);
}

/** The media types of bodies that a route takes: JSON, or whatever type programs give it. */
type BodyTypes = 'json' | 'any';

/** The JSON of a request, or the refusal for it. A body of a browser is JSON by its type: pages send others anywhere. */
function readJson(request: Request, types: BodyTypes): { json: unknown } | ApiFailure {
  const type = foreignTypeOf(request);
  if (type !== undefined && (types === 'json' || isFromBrowser(request.headers))) return foreignBody(type);
  const parsed = jsonOf(request);
  if ('json' in parsed) return parsed;
  const message = parsed.fault === 'empty' ? 'Please specify data in JSON format' : 'Invalid JSON';
  return { status: 400, body: { message, details: parsed.details } };
}

function foreignBody(type: string): ApiFailure {
  const details = `The body must be application/json, not ${type}.`;
  return { status: 415, body: { message: 'Unsupported Media Type', details } };
}

export interface BodyRead<T> {
  readonly value: T;
  /** Headers that point out typing errors. */
  readonly headers: Record<string, string>;
}

/** Reads a body by a reader; the refusal for a body with problems. */
export function readBody<T>(
  request: Request,
  read: Reader<T>,
  types: BodyTypes = 'json',
): BodyRead<T> | ApiFailure {
  const parsed = readJson(request, types);
  if (isFailure(parsed)) return parsed;
  const reading = newReading();
  const value = read(parsed.json, '', reading);
  if (reading.problems.length > 0 || value === undefined)
    return invalidJson(reading.problems, idOf(parsed.json));
  return { value, headers: warnings(reading.unknown) };
}

/** A version in a path or a body, in its own form; the refusal for a text that is no time. */
export function readVersion(text: string): string | ApiFailure {
  const time = Date.parse(text);
  return Number.isNaN(time) ? failure(422, `Invalid format: "${text}"`) : new Date(time).toISOString();
}

/** The id that a body names, for messages about it. */
function idOf(json: unknown): string | undefined {
  return isObject(json) && typeof json['id'] === 'string' ? json['id'].slice(0, ID_SHOWN_MAX) : undefined;
}

const ID_SHOWN_MAX = 200;

/** The response for an answer: the deployment it started, or the refusal. */
export function deploymentOutcome(answer: Answer, extra: Partial<Outcome> = {}): Outcome {
  if (!answer.ok) return refusalOutcome(answer.refusal);
  if (!('deployment' in answer)) return { status: 200, body: {}, ...extra };
  const { version, deployment } = answer;
  return {
    status: 200,
    body: { version, deploymentId: deployment },
    ...extra,
    headers: { ...extra.headers, 'marathon-deployment-id': deployment },
  };
}

export function refusalOutcome(refusal: Refusal): Outcome {
  switch (refusal.code) {
    case 'exists':
      return { status: 409, body: { message: refusal.message } };
    case 'missing':
      return failure(404, refusal.message);
    case 'invalid':
      return notValid(refusal.details);
    case 'too-many':
      return failure(403, refusal.message);
    case 'deposed':
      return failure(503, refusal.message);
    case 'locked':
      return {
        status: 409,
        body: {
          message:
            "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
          deployments: refusal.deployments.map((id) => ({ id })),
        },
      };
  }
}
