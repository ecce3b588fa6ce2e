/**
 * Objects of S3, and of stores that speak like it, as links that the agent signs (Signature Version 4, by aws4fetch).
 *
 * Always true: the process of a fetch gets links to the objects of its plan, each for one method and for the time of the
 * fetch, and never the key that signs them.
 */

import { AwsV4Signer } from 'aws4fetch';
import type { Millis } from '../../../model/time';

export interface S3Settings {
  /** The URL of the store, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  /** Undefined for objects that everybody may read. */
  readonly credentials: S3Credentials | undefined;
}

export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string | undefined;
}

/** An object as links, one for each method. */
export interface ObjectLinks {
  readonly get: string;
  readonly head: string;
}

/** No signature is valid longer. */
const EXPIRES_MAX_S = 7 * 24 * 3600;

interface S3Object {
  readonly bucket: string;
  readonly key: string;
  /** The credentials in the URI. */
  readonly credentials: S3Credentials | undefined;
}

/** The links to the object of a URI, for the time of a fetch that begins now. Rejects for a URI that names no object. */
export async function linksTo(
  uri: string,
  settings: S3Settings,
  { now, lifeMs }: { readonly now: Millis; readonly lifeMs: Millis },
): Promise<ObjectLinks> {
  const { bucket, key, credentials = settings.credentials } = readObject(uri);
  const url = new URL(`${settings.endpoint}/${[bucket, ...key.split('/')].map(escapeSegment).join('/')}`);
  if (!credentials) return { get: url.href, head: url.href };
  url.searchParams.set('X-Amz-Expires', String(Math.min(Math.ceil(lifeMs / 1000), EXPIRES_MAX_S)));
  const sign = async (method: string): Promise<string> => {
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      service: 's3',
      region: settings.region,
      accessKeyId: credentials.accessKey,
      secretAccessKey: credentials.secretKey,
      ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      signQuery: true,
    });
    return (await signer.sign()).url.href;
  };
  return { get: await sign('GET'), head: await sign('HEAD') };
}

/** The reason why a URI names no object; undefined when it does. */
export function objectError(uri: string): string | undefined {
  try {
    readObject(uri);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A key is taken as it is written, with its percent signs and question marks, as Hadoop does. */
function readObject(uri: string): S3Object {
  const [, userinfo, bucket = '', key = ''] =
    /^[^/]*:\/\/(?:([^/]*)@)?([^/]*)\/(.*)$/s.exec(uri.trimStart()) ?? [];
  if (!/^[a-z\d][\w.-]{1,253}[a-z\d]$/i.test(bucket)) throw new Error(bucketError(bucket));
  // A URL would lose them, and lead to another object.
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    throw new Error('A key with the segment . or .. cannot be fetched');
  return { bucket, key, credentials: userinfo === undefined ? undefined : readUserinfo(userinfo) };
}

/** A slash that a secret key has makes its first part look like a bucket, so that part is not repeated. */
function bucketError(bucket: string): string {
  return bucket.includes(':')
    ? 'A slash in the SECRET_KEY of s3://ACCESS_KEY:SECRET_KEY@BUCKET/KEY is written as %2F'
    : `'${bucket}' is no name of a bucket`;
}

/** `ACCESS_KEY:SECRET_KEY`, where a slash is written as %2F. */
function readUserinfo(userinfo: string): S3Credentials {
  const [accessKey = '', secretKey = ''] = userinfo.split(':').map(unescapePart);
  if (accessKey === '' || secretKey === '')
    throw new Error('Credentials in a URI are written as s3://ACCESS_KEY:SECRET_KEY@BUCKET/KEY');
  return { accessKey, secretKey };
}

function unescapePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** As signatures count them: everything but letters, digits and `-._~` is escaped. */
function escapeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
