/** Refusals of requests about jobs, with the status and the texts that clients of the original look for. */

import type { Violation } from './codec';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

export function isRefusal(value: object): value is Refusal {
  return 'status' in value && 'message' in value;
}

/** The original has no 404 for jobs. */
export function unknownJob(name: string): Refusal {
  return { status: 400, message: `Job '${name}' not found` };
}

/** The message names the first path, and the others after it. */
export function refusalOf(violations: readonly Violation[]): Refusal {
  return {
    status: 400,
    message: violations.map(({ path, clause }) => `${path || '/'} ${clause}`).join('; '),
  };
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The body of an error, as one line. */
export function printRefusal({ status, message }: Refusal): string {
  return JSON.stringify({ message, status: STATUS_TEXTS[status] ?? String(status) });
}
