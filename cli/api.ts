/**
 * The HTTP client of the client commands; errors become messages for people.
 */

import { authorizationOf, type Caller, trustOf } from '../cluster/runtime/auth/caller';
import {
  type HttpAnswer,
  HttpClient,
  type HttpRequest,
  type HttpStream,
} from '../cluster/runtime/http/client';
import { splitUserinfo } from '../cluster/runtime/http/userinfo';
import { StartError } from '../cluster/runtime/lifecycle';

export interface ApiOptions extends Caller {
  readonly url: string;
  /** The name of the other side, for messages: `Marathon`. */
  readonly what: string;
  /** The flag that names it. */
  readonly flag: string;
}

/** An answer of 400 and above. */
export class ApiError extends StartError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Codes of Node for certificates: of an unknown authority, of another name, or expired. */
const CERTIFICATE = /CERT|SIGNATURE|ALTNAME/;

/** Codes of Node for an answer that is no beginning of TLS. */
const NO_TLS = /WRONG_VERSION_NUMBER|EPROTO/;

/** The hint of a refusal of those who are not known. */
const WHO = '  say who you are with --credentials or --token: file://PATH is the file that has it';

/** Masters send requests on with 307, Marathon its readers of events with 302. */
const REDIRECTS: ReadonlySet<number> = new Set([302, 307]);

/** Redirects that are followed in a row. */
const HOPS_MAX = 3;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The URL of a server as people write it: `http://` may be left out. */
export function serverUrl(place: string): string {
  return place.includes('://') ? place : `http://${place}`;
}

/** A path of an API below the URL of its server, which has a path of its own behind some proxies. */
function below(url: string, path: string): string {
  const { origin, pathname } = new URL(url);
  return new URL(`${origin}${pathname.replace(/\/+$/, '')}${path}`).toString();
}

export class Api {
  private readonly client: HttpClient;
  private readonly options: ApiOptions;

  /** Credentials in the URL are used unless there are others. */
  constructor(options: ApiOptions) {
    const { url, credentials } = splitUserinfo(options.url);
    this.options = { ...options, url, credentials: options.credentials ?? credentials };
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new StartError(`${options.flag}: "${url}" is not a URL; write it as http://HOST:PORT`);
    }
    if (this.options.credentials && !this.options.credentials.includes(':'))
      throw new StartError('The credentials have no colon; write them as user:password');
    this.client = new HttpClient({ tls: trustOf(options) });
  }

  /** Sends a request and returns the parsed answer. An answer of 400 and above becomes an error with its text. */
  async json(method: Method, path: string, body?: unknown): Promise<unknown> {
    const text = await this.text(method, path, body === undefined ? undefined : JSON.stringify(body));
    return text === '' ? undefined : parse(text);
  }

  /** The same with texts as they are, for JSON whose numbers are too large for JSON.parse. */
  async text(method: Method, path: string, body?: string): Promise<string> {
    const answer = await this.answer(method, path, body);
    return answer.body.toString('utf8');
  }

  /** The same with the headers of the answer. */
  async answer(method: Method, path: string, body?: string): Promise<HttpAnswer> {
    const { url } = this.options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    Object.assign(headers, authorizationOf(this.options));
    const target = below(url, path);
    const request = { method, url: target, headers, ...(body !== undefined && { body }) };
    const answer = await this.followed(request, (sent) => this.client.request(sent));
    const { status } = answer;
    if (status >= 400) throw new ApiError(status, this.refusal(status, answer.body.toString('utf8')));
    return answer;
  }

  /** Opens a stream that the caller closes. */
  async stream(path: string, accept: string): Promise<HttpStream> {
    const headers = { accept, ...authorizationOf(this.options) };
    const request = { url: below(this.options.url, path), headers };
    const stream = await this.followed(request, (sent) => this.client.stream(sent));
    if (stream.status === 200) return stream;
    stream.close();
    throw new ApiError(
      stream.status,
      `${this.options.what} answered ${stream.status} for the stream ${path}`,
    );
  }

  /** Sends a request and follows redirects to the leader. */
  private async followed<T extends Pick<HttpAnswer, 'status' | 'headers'> & { close?(): void }>(
    request: HttpRequest,
    send: (request: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const { what, url, flag } = this.options;
    let target = request.url;
    for (let hops = 0; hops <= HOPS_MAX; hops++) {
      const answer = await send({ ...request, url: target }).catch((error: Error) => {
        throw this.unreachable(error);
      });
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.status) || typeof location !== 'string') return answer;
      answer.close?.();
      const next = new URL(location, target);
      if (target.startsWith('https:') && next.protocol !== 'https:')
        throw new StartError(
          `${what} sends us from ${url} to ${next.origin}, which leaves HTTPS: name it with ${flag}`,
        );
      target = next.toString();
    }
    throw new StartError(`${what} sends us in a circle from ${url}: an election may be under way, try again`);
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private unreachable(error: Error): StartError {
    const { what, url, flag } = this.options;
    const cause = (error as NodeJS.ErrnoException).code ?? error.message;
    if (CERTIFICATE.test(cause))
      return new StartError(
        `${what} at ${url} has a certificate that is not trusted (${cause}). ` +
          'Name the file of its authority with --ca, or in the variable MESETA_CA.',
      );
    if (NO_TLS.test(cause) && url.startsWith('https:'))
      return new StartError(
        `${what} at ${url} does not speak TLS (${cause}): name it as ${url.replace('https:', 'http:')}`,
      );
    return new StartError(
      `${what} cannot be reached at ${url} (${cause}). ` +
        `Start everything on this machine with 'meseta up', or name another place with ${flag} http://HOST:PORT.`,
    );
  }

  private refusal(status: number, text: string): string {
    const parsed = parse(text) as RefusalBody | undefined;
    const message = typeof parsed?.message === 'string' ? parsed.message : text.trim();
    const who = status === 401 ? [WHO] : [];
    const lines = [...detailLines(parsed?.details), ...lockLines(parsed?.deployments), ...who];
    return [`${this.options.what} answered ${status}: ${message}`, ...lines].join('\n');
  }
}

/** The body of a refusal, as Marathon writes it; masters write text. */
interface RefusalBody {
  readonly message?: string;
  readonly details?: unknown;
  /** The deployments that hold the lock, with 409. */
  readonly deployments?: unknown;
}

/** The deployments that lock an app, and the flag that overrides them. */
function lockLines(deployments: unknown): string[] {
  if (!Array.isArray(deployments) || deployments.length === 0) return [];
  const ids = (deployments as { id?: unknown }[]).map(({ id }) => String(id));
  const [noun, pronoun] = ids.length === 1 ? ['deployment', 'it'] : ['deployments', 'them'];
  return [
    `  locked by the ${noun} ${ids.join(', ')}: wait for ${pronoun}, or override ${pronoun} with --force`,
  ];
}

/** The errors at one path of a body; `messages` are sentences that only this Marathon sends. */
interface Detail {
  readonly path?: string;
  readonly errors?: readonly string[];
  readonly messages?: readonly string[];
}

function detailLines(details: unknown): string[] {
  if (typeof details === 'string') return [`  ${details}`];
  if (!Array.isArray(details)) return [];
  return (details as Detail[]).flatMap(
    ({ path, errors, messages }) =>
      messages?.map((message) => `  ${message}`) ?? [`  ${path ?? ''}: ${(errors ?? []).join(', ')}`],
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Runs a function with a connection, which is closed afterwards. */
export async function withApi<T>(options: ApiOptions, run: (api: Api) => Promise<T>): Promise<T> {
  const api = new Api(options);
  try {
    return await run(api);
  } finally {
    await api.close();
  }
}
