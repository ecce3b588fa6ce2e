/**
 * Health and readiness probes over HTTP and TCP; a limited number at once, the others wait.
 */

import { connect } from 'node:net';
import { Agent, request } from 'undici';
import type { MarathonEffect, Probe } from '../core/state/effects';
import type { NewMarathonEvent, ProbeResponse, ProbeResult } from '../core/state/events';

type ProbeEffect = Extract<MarathonEffect, { kind: 'probe' }>;

const BODY_MAX_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 20_000;

export class Probes {
  // The certificates of tasks are not verified, as in the original.
  private readonly agent = new Agent({ connect: { rejectUnauthorized: false }, pipelining: 0 });
  private readonly waiting: ProbeEffect[] = [];
  private running = 0;
  private stopped = false;

  constructor(
    private readonly post: (event: NewMarathonEvent) => void,
    private readonly atOnceMax: number,
  ) {}

  start(effect: ProbeEffect): void {
    this.waiting.push(effect);
    this.startMore();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.length = 0;
    await this.agent.destroy();
  }

  private startMore(): void {
    while (this.running < this.atOnceMax && !this.stopped) {
      const effect = this.waiting.shift();
      if (!effect) return;
      this.running++;
      void this.run(effect);
    }
  }

  private async run({ probe, target, purpose, check }: ProbeEffect): Promise<void> {
    const result = await this.attempt(check);
    this.running--;
    if (!this.stopped) this.post({ kind: 'probed', probe, target, purpose, result });
    this.startMore();
  }

  private async attempt(check: Probe): Promise<ProbeResult> {
    try {
      return check.protocol === 'TCP' ? await probeTcp(check) : await this.probeHttp(check);
    } catch (error) {
      const { name, message } = error as Error;
      return { ok: false, cause: `${name}: ${message}` };
    }
  }

  private async probeHttp(check: Probe): Promise<ProbeResult> {
    const host = check.host.includes(':') ? `[${check.host}]` : check.host;
    const path = check.path.startsWith('/') ? check.path : `/${check.path}`;
    const answer = await request(`${check.protocol.toLowerCase()}://${host}:${check.port}${path}`, {
      dispatcher: this.agent,
      headers: { connection: 'close', 'user-agent': 'marathon' },
      signal: AbortSignal.timeout(check.timeoutMs || DEFAULT_TIMEOUT_MS),
    });
    const response = check.keepBody ? await readResponse(answer) : undefined;
    if (!response) answer.body.on('error', () => undefined).destroy();
    const { statusCode: status } = answer;
    const passes = check.statuses ? check.statuses.includes(status) : status >= 200 && status < 400;
    return passes
      ? { ok: true, response }
      : { ok: false, cause: `HTTP status ${status} from ${check.host}:${check.port}${path}`, response };
  }
}

async function readResponse(answer: Awaited<ReturnType<typeof request>>): Promise<ProbeResponse> {
  let body = '';
  for await (const chunk of answer.body) {
    body += String(chunk);
    if (body.length > BODY_MAX_BYTES) break;
  }
  const type = answer.headers['content-type'];
  return {
    status: answer.statusCode,
    contentType: typeof type === 'string' ? type : 'text/plain',
    body: body.slice(0, BODY_MAX_BYTES),
  };
}

/** Passes when a connection can be made. */
function probeTcp({ host, port, timeoutMs, ipProtocol }: Probe): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, family: ipProtocol === 'IPv6' ? 6 : 0 });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs || DEFAULT_TIMEOUT_MS, () =>
      end({ ok: false, cause: 'connection timed out' }),
    );
    socket.once('connect', () => end({ ok: true }));
    socket.once('error', ({ message }) => end({ ok: false, cause: message }));
  });
}
