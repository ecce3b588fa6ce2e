/** The outcomes of long answers: printed in slices, and compressed for those who accept it. */

import { acceptsGzip } from '../../../../cluster/runtime/http/compress';
import type { Request } from '../../../../cluster/runtime/http/server';
import type { Outcome } from './outcome';
import { gzipped, printSliced, type Slices } from './slices';

export interface LongAnswers {
  readonly slices: Slices;
  readonly isCompressing: boolean;
}

/** The whole text where one slice is enough, which the server compresses; else a stream. */
export async function slicedOutcome(
  { slices, isCompressing }: LongAnswers,
  { headers }: Pick<Request, 'headers'>,
  pieces: Iterator<string, unknown>,
  type = 'application/json',
): Promise<Outcome> {
  const text = await printSliced(slices, pieces);
  if (typeof text === 'string') return { status: 200, text, type };
  if (!isCompressing || !acceptsGzip(headers['accept-encoding'])) return { status: 200, text, type };
  return { status: 200, text: gzipped(text), type, headers: { 'content-encoding': 'gzip' } };
}
