/**
 * Downloads of objects of S3, by links that the agent has signed.
 */

import { type HttpFailure, httpSize, openHttp } from './http-source';
import type { Source, SourceOptions } from './source';

/** Opens an object. A failure has the reason of the store. */
export async function openObject(link: string, options: SourceOptions): Promise<Source> {
  return await openHttp(link, { ...options, schemes: schemesOf(link), explain });
}

/** The size of an object, by a link for HEAD. */
export async function objectSize(link: string, options: SourceOptions): Promise<number> {
  return await httpSize(link, { ...options, schemes: schemesOf(link) });
}

/**
 * The scheme of a store is the agent's choice, whatever `--fetcher_schemes` has. Its redirects stay with that scheme, and
 * do not get the signature, which is in the link.
 */
function schemesOf(link: string): readonly string[] {
  return [new URL(link).protocol.slice(0, -1)];
}

/** The code and the message of a store, and what an operator does about them. */
function explain({ status, headers, body }: HttpFailure): string {
  const [, code = ''] = /<Code>([^<]*)<\/Code>/.exec(body) ?? [];
  const [, message = ''] = /<Message>([^<]*)<\/Message>/.exec(body) ?? [];
  const region = headers['x-amz-bucket-region'];
  const isElsewhere = [301, 307, 400].includes(status) && typeof region === 'string';
  const advice = isElsewhere ? `the bucket is in the region ${region}: see --fetcher_s3_region` : '';
  return [code, message, advice].filter(Boolean).join(': ');
}
