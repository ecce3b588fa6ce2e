import { linksTo, objectError } from '../../../../../cluster/agent/containerizer/fetcher/s3';
import { FetchPlace, isBuilt } from './fetch-place';
import { KEY, REGION, type S3Server, s3Server } from './s3-server';

const now = Date.UTC(2026, 10, 30, 12);
const settings = { endpoint: 'https://store.test:9000', region: REGION, credentials: KEY };

describe('linksTo', () => {
  test('escapes a key as it is written, and signs each method for the time of the fetch', async () => {
    const { get, head } = await linksTo(' s3a://b.1/f+d/a%20b?c=(d) e', settings, { now, lifeMs: 90_500 });
    const url = new URL(get);
    expect(url.origin + url.pathname).toBe('https://store.test:9000/b.1/f%2Bd/a%2520b%3Fc%3D%28d%29%20e');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Amz-Credential': `AKIDEXAMPLE/20261130/${REGION}/s3/aws4_request`,
      'X-Amz-Date': '20261130T120000Z',
      'X-Amz-Expires': '91',
    });
    expect(head).not.toBe(get);
    expect(get).not.toContain(KEY.secretKey);
  });

  test('signs with the session token, or with the key in the URI, and nothing without a key', async () => {
    const order = { now, lifeMs: 9e9 };
    const session = { ...settings, credentials: { ...KEY, sessionToken: 'token' } };
    const { get } = await linksTo('s3://bucket/key', session, order);
    expect(new URL(get).searchParams.get('X-Amz-Security-Token')).toBe('token');
    expect(new URL(get).searchParams.get('X-Amz-Expires')).toBe('604800');
    const withKey = await linksTo('s3://ME:a%2Fb@bucket/key', settings, order);
    expect(withKey.get).toContain('X-Amz-Credential=ME%2F');
    const anonymous = await linksTo('s3://bucket/key', { ...settings, credentials: undefined }, order);
    expect(anonymous.get).toBe('https://store.test:9000/bucket/key');
  });
});

test.each([
  ['s3://bucket/key', undefined],
  ['s3://b/key', "'b' is no name of a bucket"],
  ['s3:///key', "'' is no name of a bucket"],
  [
    's3://ME:a/b@bucket/key',
    'A slash in the SECRET_KEY of s3://ACCESS_KEY:SECRET_KEY@BUCKET/KEY is written as %2F',
  ],
  ['s3://bucket/a/../b', 'A key with the segment . or .. cannot be fetched'],
  ['s3://ME@bucket/b', 'Credentials in a URI are written as s3://ACCESS_KEY:SECRET_KEY@BUCKET/KEY'],
])('the error of %s is %s', (uri, error) => {
  expect(objectError(uri)).toBe(error);
});

(isBuilt ? describe : describe.skip)('a fetch of objects', () => {
  let place: FetchPlace;
  let store: S3Server;
  const odd = `private/odd key+(1)'s%2F*.txt?x=1&y`.replace("'", '');

  beforeAll(async () => {
    place = new FetchPlace();
    store = await s3Server({
      'private/folder/file': 'by a signed link',
      'public/file': 'for all',
      [odd]: 'odd',
    });
  });

  afterAll(async () => {
    await store.close();
    await place.close();
  });

  const fetcher = (credentials: typeof KEY | undefined, schemes = 's3,s3a') =>
    place.fetcher({
      s3: { endpoint: store.url, region: REGION, credentials },
      schemes: new Set(schemes.split(',')),
    });

  test('brings those of a private bucket, also through the cache, and under odd names', async () => {
    const cached = { value: 's3://private/folder/file', cache: true, output_file: 'cached' };
    const uris = ['s3a://private/folder/file', `s3://${odd}`, cached];
    const sandbox = await place.fetch(uris, { fetcher: fetcher(KEY) });
    expect(sandbox.error).toBe('');
    expect([sandbox.text('file'), sandbox.text('cached')]).toEqual(['by a signed link', 'by a signed link']);
    expect(sandbox.text(odd.slice('private/'.length))).toBe('odd');
    expect(sandbox.log).not.toContain('X-Amz');
    expect(store.requests.filter((request) => request.startsWith('HEAD'))).toHaveLength(1);
    expect(store.refusals).toEqual([]);
  });

  test.each([
    [
      's3://private/folder/file',
      undefined,
      'received HTTP return code 403: AccessDenied: for private/folder/file',
    ],
    ['s3://private/folder/file', { ...KEY, secretKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['s3://YOU:x@private/folder/file', KEY, '403: InvalidAccessKeyId'],
    ['s3://private/nothing', KEY, '404: NoSuchKey'],
    ['s3://elsewhere/x', KEY, 'the bucket is in the region us-west-2: see --fetcher_s3_region'],
    ['s3://metadata/x', KEY, 'link-local address'],
  ])('tells the reason of the store for %s', async (uri, key, reason) => {
    const sandbox = await place.fetch([uri], { fetcher: fetcher(key) });
    expect(sandbox.error).toContain(reason);
    expect(sandbox.error).not.toContain('YOU');
  });

  test('asks for nothing signed where everybody may read', async () => {
    const sandbox = await place.fetch(['s3://public/file'], { fetcher: fetcher(undefined) });
    expect([sandbox.error, sandbox.text('file')]).toEqual(['', 'for all']);
    const refused = await place.fetch(['s3://public/file'], { fetcher: fetcher(undefined, 'http') });
    expect(refused.error).toBe("Could not fetch: The scheme 's3' is not among --fetcher_schemes");
  });
});
