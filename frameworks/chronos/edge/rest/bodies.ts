/** The reading of bodies: JSON by a codec, with the refusals for what it is not. */

import type { Request } from '../../../../cluster/runtime/http/server';
import { foreignTypeOf, jsonOf } from '../../../kit/edge/rest/request';
import { type Codec, integer, long, newReading, objectOf, text } from '../../core/jobs/codec';
import { type Refusal, refusalOf } from '../../core/jobs/refusal';

/** The codecs of bodies other than jobs; their schemas are in the OpenAPI document. */
export const elementCount = objectOf<{ readonly numAdditionalElementsProcessed: number | undefined }>({
  numAdditionalElementsProcessed: { codec: long },
});

export const taskCallback = objectOf<{ readonly statusCode: number }>({
  statusCode: { codec: integer({ min: -(2 ** 31) }), isRequired: true },
});

export const pause = objectOf<{ readonly reason: string }>({ reason: { codec: text, fallback: '' } });

/** The original takes JSON only. */
export function typeRefusal(request: Request): Refusal | undefined {
  const type = foreignTypeOf(request);
  if (type === undefined) return undefined;
  return { status: 415, message: `The body must be application/json, not ${type}` };
}

/** Reads a body; an empty one is read as an empty object. */
export function readBody<T>(request: Request, codec: Codec<T>): { readonly value: T } | Refusal {
  const refusal = typeRefusal(request);
  if (refusal !== undefined) return refusal;
  const body = jsonOf(request);
  if ('fault' in body && body.fault === 'malformed')
    return { status: 400, message: `The body is no JSON: ${body.details.split('\n')[0]}` };
  const reading = newReading();
  const value = codec.read('json' in body ? body.json : {}, '', reading);
  return reading.violations.length > 0 || value === undefined ? refusalOf(reading.violations) : { value };
}
