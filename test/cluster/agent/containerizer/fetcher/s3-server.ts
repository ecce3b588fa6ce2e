/**
 * A store that speaks S3, for tests: it has objects by `BUCKET/KEY`, and checks the signatures of links with code of its
 * own.
 */

import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpPages, httpServer } from './servers';

export const KEY = { accessKey: 'AKIDEXAMPLE', secretKey: 'wJalr/XUtn+FEMI' };
export const REGION = 'eu-test-1';

export interface S3Server extends HttpPages {
  /** The last reason why a request was refused. */
  readonly refusals: string[];
}

/** Serves objects to those who sign with `KEY`, and those of the bucket `public` to all. */
export async function s3Server(objects: Readonly<Record<string, string | Buffer>>): Promise<S3Server> {
  const refusals: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    const name = decodeURIComponent(url.pathname.slice(1));
    const refuse = (status: number, code: string, headers = {}): void => {
      refusals.push(code);
      response.writeHead(status, headers);
      response.end(`<Error><Code>${code}</Code><Message>for ${name}</Message></Error>`);
    };
    if (name.startsWith('elsewhere/'))
      return refuse(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'us-west-2' });
    if (name.startsWith('metadata/'))
      return void response.writeHead(307, { location: 'http://169.254.169.254/x' }).end();
    const problem = name.startsWith('public/') ? undefined : signatureProblem(request, url);
    if (problem !== undefined) return refuse(403, problem);
    const body = objects[name];
    if (body === undefined) return refuse(404, 'NoSuchKey');
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  return { ...(await httpServer({}, { other: answer })), refusals };
}

/** The reason why a link is not accepted, by the documentation of Signature Version 4 for query parameters. */
function signatureProblem(
  { method = '', headers, url: target = '' }: IncomingMessage,
  url: URL,
): string | undefined {
  const query = Object.fromEntries(url.searchParams);
  const [accessKey, day = '', region = '', ...rest] = (query['X-Amz-Credential'] ?? '').split('/');
  if (!query['X-Amz-Signature']) return 'AccessDenied';
  if (accessKey !== KEY.accessKey) return 'InvalidAccessKeyId';
  if (region !== REGION || rest.join('/') !== 's3/aws4_request') return 'AuthorizationQueryParametersError';
  const date = query['X-Amz-Date'] ?? '';
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const [year = 0, month = 1, ...others] = parts.map(Number);
  const ageMs = Date.now() - Date.UTC(year, month - 1, ...others);
  if (ageMs < -60_000 || ageMs > Number(query['X-Amz-Expires']) * 1000) return 'RequestExpired';
  const [path = '', search = ''] = target.split('?');
  const pairs = search.split('&').filter((pair) => !pair.startsWith('X-Amz-Signature='));
  const canonical = [
    method,
    path,
    pairs.toSorted().join('&'),
    `host:${headers.host}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ];
  const hash = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const scope = [day, region, 's3', 'aws4_request'];
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${KEY.secretKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), hash].join('\n')).toString('hex');
  return signature === query['X-Amz-Signature'] ? undefined : 'SignatureDoesNotMatch';
}
