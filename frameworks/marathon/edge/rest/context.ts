/** The context of REST handlers: reading of requests, and the responses for their outcomes. */

import { errorText } from '../../../../cluster/model/error-text';
import type { Handler, Reply, Request } from '../../../../cluster/runtime/http/server';
import type { Logger } from '../../../../cluster/runtime/log';
import type { NormalizationOptions } from '../../api/app-legacy';
import { hintFor, isObject, newReading, type Reader, type Reading } from '../../api/read';
import { type ApiFailure, failure, invalidJson, isFailure, notValid } from '../../api/violations';
import type { Answer, Refusal } from '../../core/state/effects';
import type { MarathonSettings } from '../../core/state/settings';
import type { MarathonState } from '../../core/state/state';
import type { EventBus } from '../bus';
import type { MarathonMetrics } from '../metrics';
import type { ApiRequest } from '../requests';

export interface RestContext {
  readonly settings: MarathonSettings;
  readonly normalization: NormalizationOptions;
  readonly log: Logger;
  readonly bus: EventBus;
  readonly metrics: MarathonMetrics;
  readonly metricsPrometheus: boolean;
  readonly concurrentMax: number | undefined;
  /** Requests being handled. */
  readonly active: { count: number };
  readonly version: string;
  /** Flag values for `/v2/info`, secrets starred out. */
  readonly info: Readonly<Record<string, unknown>>;
  now(): number;
  /** `host:port` of this process. */
  leader(): string;
  read<T>(view: (state: MarathonState) => T): T;
  ask(request: ApiRequest): Promise<Answer>;
}

/** The answer of a handler. */
export interface Outcome {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type RestHandler = (request: Request) => Outcome | Promise<Outcome>;

const NO_CACHE = {
  'cache-control': 'no-cache, no-store, must-revalidate',
  pragma: 'no-cache',
  expires: '0',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
};

/** Headers of every response. */
export function commonHeaders(context: RestContext): Record<string, string> {
  return { ...NO_CACHE, 'x-marathon-leader': `http://${context.leader()}` };
}

/** Turns handlers into the server's form: headers, JSON, the limit on concurrent requests. */
export function handler(context: RestContext, handle: RestHandler): Handler {
  return async (request, reply) => {
    if (context.concurrentMax !== undefined && context.active.count >= context.concurrentMax) {
      return reply
        .code(503)
        .headers(commonHeaders(context))
        .type('text/plain')
        .send(`Too many concurrent requests! Allowed: ${context.concurrentMax}.`);
    }
    context.active.count++;
    try {
      return send(context, reply, await handle(request));
    } finally {
      context.active.count--;
    }
  };
}

export function send(context: RestContext, reply: Reply, { status, body, headers = {} }: Outcome): Reply {
  reply.code(status).headers({ ...commonHeaders(context), ...headers });
  if (body === undefined) return reply.send();
  return reply.type('application/json').send(JSON.stringify(body));
}

export function ok(body: unknown, headers?: Record<string, string>): Outcome {
  return { status: 200, body, headers };
}

export function notFound(message: string): Outcome {
  return { status: 404, body: { message } };
}

/** The JSON of a request, or the refusal for it. */
export function readJson(request: Request): { json: unknown } | ApiFailure {
  const bytes = request.body;
  const text = Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
  if (text.trim() === '') {
    const details = 'No content to map due to end-of-input';
    return { status: 400, body: { message: 'Please specify data in JSON format', details } };
  }
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    return { status: 400, body: { message: 'Invalid JSON', details: errorText(error) } };
  }
}

export interface BodyRead<T> {
  readonly value: T;
  /** Headers that point out typing errors. */
  readonly headers: Record<string, string>;
}

/** Reads a body by a reader; the refusal for a body with problems. */
export function readBody<T>(request: Request, read: Reader<T>): BodyRead<T> | ApiFailure {
  const parsed = readJson(request);
  if (isFailure(parsed)) return parsed;
  const reading = newReading();
  const value = read(parsed.json, '', reading);
  if (reading.problems.length > 0 || value === undefined)
    return invalidJson(reading.problems, idOf(parsed.json));
  return { value, headers: warnings(reading) };
}

/** The id that a body names, for messages about it. */
function idOf(json: unknown): string | undefined {
  return isObject(json) && typeof json['id'] === 'string' ? json['id'].slice(0, ID_SHOWN_MAX) : undefined;
}

const ID_SHOWN_MAX = 200;
const WARNINGS_MAX = 10;

/** Unknown members are ignored, as the original does, but not silently. */
export function warnings(reading: Reading): Record<string, string> {
  const hints = reading.unknown.slice(0, WARNINGS_MAX).map((unknown) => {
    const text = hintFor(unknown)
      .replace(/[^\x20-\x7e]|["\\]/g, '?')
      .slice(0, 300);
    return `299 meseta "${text}"`;
  });
  return hints.length > 0 ? { warning: hints.join(', ') } : {};
}

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

/** Query values; a name may repeat. */
export function queryAll(request: Request, name: string): string[] {
  const query = isObject(request.query) ? request.query : {};
  const values = query[name];
  return (Array.isArray(values) ? values : [values]).filter((value) => typeof value === 'string');
}

/** `true` in any case; all other text is false. */
export function queryFlag(request: Request, name: string, fallback = false): boolean {
  const [value] = queryAll(request, name);
  return value === undefined ? fallback : value.toLowerCase() === 'true';
}

/** The path behind a route's prefix, as segments. Double and trailing slashes do not matter. */
export function restOf(request: Request): string[] {
  const params = isObject(request.params) ? request.params : {};
  return String(params['*'] ?? '')
    .split('/')
    .filter(Boolean);
}

export function originOf(request: Request): { clientIp: string; uri: string } {
  return { clientIp: request.ip, uri: request.url.split('?')[0] ?? '' };
}
