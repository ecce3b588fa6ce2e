/**
 * The commands of Marathon's HTTP conversations over a socket: the server of Marathon with all that it does before and after
 * its handlers, before a fake cluster on a virtual clock.
 *
 * A request is `METHOD /path <Header: value> body`. Its answer is shown with status, the headers that tell something, and
 * the body; `headers NAME ...` shows further headers from then on, `http {json}` changes settings of the server,
 * `callbacks` turns event callbacks on, and `metrics PREFIX` shows metrics.
 */

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type HttpServer, startHttpServer } from '../../../cluster/runtime/http/server';
import { silentLogger } from '../../../cluster/runtime/log';
import { Metrics } from '../../../cluster/runtime/metrics';
import { Slices } from '../../../frameworks/kit/edge/rest/slices';
import { type MarathonConfig, parseMarathonConfig } from '../../../frameworks/marathon/config';
import { EventBus } from '../../../frameworks/marathon/edge/bus';
import { Callbacks } from '../../../frameworks/marathon/edge/callbacks';
import { HttpMetrics } from '../../../frameworks/marathon/edge/http-metrics';
import { LogLevel } from '../../../frameworks/marathon/edge/log-level';
import { marathonMetrics } from '../../../frameworks/marathon/edge/metrics';
import { commonHeaders, type RestContext } from '../../../frameworks/marathon/edge/rest/context';
import { marathonPlan } from '../../../frameworks/marathon/edge/rest/server';
import { MarathonConversation, type Method, shortApp } from './conversation';

/** The headers that every answer shows which has them. */
const SHOWN = ['location', 'allow', 'content-encoding', 'warning'];
const BODY_MAX = 700;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class WireConversation extends MarathonConversation {
  private readonly config = configOf();
  private readonly shown = new Set(SHOWN);
  private readonly metrics = new Metrics();
  private readonly httpMetrics = new HttpMetrics(this.metrics, () => this.cluster.clock.now());
  private http: MarathonConfig['http'] = this.config.http;
  private server: HttpServer | undefined;
  private wire: RestContext | undefined;
  private callbacks: Callbacks | undefined;
  private opening: Promise<void> = Promise.resolve();

  async stop(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }

  protected override commands(command: string, words: readonly string[], line: string): string[] {
    switch (command) {
      case 'headers':
        for (const word of words) this.shown.add(word);
        return [];
      case 'metrics':
        return this.metricLines(words[0] ?? '');
      case 'callbacks':
        this.opening = this.openCallbacks();
        return [];
      case 'http':
        this.http = {
          ...this.http,
          ...(JSON.parse(line.slice(command.length)) as Partial<MarathonConfig['http']>),
        };
        return [];
      default:
        return super.commands(command, words, line);
    }
  }

  protected override async ask(method: Method, target: string, line: string): Promise<string[]> {
    await this.opening;
    this.server ??= await this.start();
    const { headers, body } = partsOf(line.slice(line.indexOf(target) + target.length).trim());
    const answer = await exchange(this.server.url, {
      method,
      path: this.printer.withIds(target),
      headers,
      body: this.printer.withIds(body),
    });
    await this.observed();
    return [this.printer.shorten(this.show(answer))];
  }

  /** The metrics whose names begin so, those of meters by their counts. */
  private metricLines(prefix: string): string[] {
    const meters = [...this.httpMetrics.meters].map(([name, { count }]): [string, number] => [name, count]);
    return [...Object.entries(this.metrics.snapshot()), ...meters]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => `${name} ${value}`);
  }

  /** The server may see the end of an answer after its reader. */
  private async observed(): Promise<void> {
    while (this.metrics.snapshot()['marathon.http.requests.active.gauge'] !== 0)
      await new Promise((resolve) => setImmediate(resolve));
  }

  private async openCallbacks(): Promise<void> {
    const settings = { endpoints: ['http://first/'], requestMs: 1, slowMs: 1, waitingMax: 1 };
    const { store, clock } = this.cluster;
    this.callbacks = await Callbacks.open(settings, { store, clock, log: silentLogger });
  }

  private show({ status, headers, body }: Answer): string {
    const packed = headers['content-encoding'] === 'gzip' && body.length > 0;
    const text = (packed ? gunzipSync(body) : body).toString();
    const type = headers['content-type'];
    const isJson = type?.startsWith('application/json') === true;
    const fields = [...this.shown].flatMap((name) =>
      headers[name] === undefined ? [] : [`<${name}: ${String(headers[name])}>`],
    );
    const shownType = isJson || type === undefined ? [] : [`<content-type: ${type}>`];
    const shownBody =
      isJson && text !== ''
        ? JSON.stringify(JSON.parse(text, shortApp))
        : text.replaceAll('\t', '\\t').trimEnd();
    return [String(status), ...shownType, ...fields, cut(shownBody)].join(' ').trimEnd();
  }

  private start(): Promise<HttpServer> {
    return startHttpServer({
      ...marathonPlan(this.http, this.context(), { credentials: this.http.credentials }),
      port: 0,
      observer: this.httpMetrics,
      log: silentLogger,
    });
  }

  protected override context(): RestContext {
    this.wire ??= { ...super.context(), ...this.wireContext() };
    return this.wire;
  }

  private wireContext(): Partial<RestContext> {
    const { clock } = this.cluster;
    const bus = new EventBus(clock, 10);
    return {
      bus,
      callbacks: this.callbacks,
      publish: (event) => void this.cluster.events.push(event),
      metrics: marathonMetrics({
        metrics: this.metrics,
        read: (view) => view(this.cluster.state),
        now: () => clock.now(),
        startedAt: clock.now(),
        streams: () => bus.size,
        streamed: () => bus.characters,
        http: this.httpMetrics,
        violations: () => 0,
      }),
      metricsPrometheus: true,
      concurrentMax: this.http.concurrentMax,
      version: '1.11.24',
      info: this.config.info,
      flags: this.config.shownFlags,
      logLevel: new LogLevel(silentLogger, clock, 'info'),
      slices: new Slices(),
      isCompressing: this.http.isCompressing,
      headers: () => commonHeaders('http://host:8080'),
    };
  }
}

function configOf() {
  const parsed = parseMarathonConfig({
    args: ['--master', 'http://me:secret@master:5050', '--hostname', 'me'],
    env: {},
  });
  if (!('config' in parsed)) throw new Error('help');
  return parsed.config;
}

function cut(text: string): string {
  return text.length > BODY_MAX ? `${text.slice(0, BODY_MAX)}...` : text;
}

/** The headers and the body behind the path of a request. */
function partsOf(text: string): { readonly headers: Record<string, string>; readonly body: string } {
  const headers: Record<string, string> = {};
  let rest = text;
  for (let match = HEADER.exec(rest); match; match = HEADER.exec(rest)) {
    const [whole, name = '', value = ''] = match;
    headers[name.toLowerCase()] = value;
    rest = rest.slice(whole.length);
  }
  return { headers, body: rest };
}

const HEADER = /^<([\w-]+): ([^>]*)>\s*/;

interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function exchange(url: string, { method, path, headers, body }: Question): Promise<Answer> {
  // `bytes N` stands for a body of so many.
  const size = /^bytes (\d+)$/.exec(body)?.[1];
  const bytes = size === undefined ? Buffer.from(body) : Buffer.alloc(Number(size), 'x');
  const length = bytes.length > 0 ? { 'content-length': String(bytes.length) } : {};
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      path,
      agent: false,
      headers: { host: 'host', ...length, ...headers },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.end(bytes);
  });
}
