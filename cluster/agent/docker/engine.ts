/**
 * Docker's engine by its HTTP API, at the socket of `--docker_socket`: all but running and pulling, which are the program
 * `docker`'s.
 *
 * An engine that is away or says nothing is an `EngineUnreachable`; a refusal is an `EngineError`.
 */

import { errorText } from '../../model/error-text';
import { HttpClient, type HttpRequest } from '../../runtime/http/client';
import { readReference } from '../containerizer/images/reference';
import { type Inspection, readInspection } from './core/inspection';
import type { EngineUpdate } from './core/resources';

/** Time for an answer, as the original gives to `docker inspect`. */
const ANSWER_MS = 5000;
/** Answers that a stop or a removal may take the time of. */
const SLOW = 3;
const HOST = 'http://docker';

const ABSENT = 404;
/** The statuses of a request whose wish is fulfilled already. */
const UNCHANGED = [304, ABSENT, 409];

export class EngineUnreachable extends Error {}

/** A refusal of the engine, in its own words. */
class EngineError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A container in the engine's list. */
export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A command to run in a container. */
export interface EngineExec {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A command that runs in a container, or has run. */
export interface RunningExec {
  readonly exitCode: Promise<number>;
  /** The pid of its process on the host; undefined when it has ended. */
  readonly pid: () => Promise<number | undefined>;
}

interface Asked extends Pick<HttpRequest, 'method' | 'timeoutMs'> {
  readonly body?: object;
  /** Statuses that are as good as a success. */
  readonly accepts?: readonly number[];
}

export class DockerEngine {
  private readonly client: HttpClient;

  constructor(
    private readonly socket: string,
    private readonly answerMs = ANSWER_MS,
  ) {
    this.client = new HttpClient({ socketPath: socket });
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Describes a container by its name; undefined for one that the engine does not know. */
  async inspect(name: string): Promise<Inspection | undefined> {
    const json = await this.ask(`/containers/${name}/json`, { accepts: [ABSENT] });
    return json === undefined ? undefined : readInspection(json);
  }

  /** All containers, also those that have ended, whose names begin in this way. */
  async list(prefix: string): Promise<readonly ListedContainer[]> {
    const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${prefix}`] }));
    const all = (await this.ask(`/containers/json?all=1&filters=${filters}`)) as readonly {
      readonly Id: string;
      readonly Names: readonly string[];
      readonly Labels: Readonly<Record<string, string>> | null;
    }[];
    return all.map(({ Id: id, Names: [name = ''], Labels: labels }) => ({ id, name, labels: labels ?? {} }));
  }

  /** Asks a container to end, and kills it when it has not in time. One that has ended already, or is gone, is no error. */
  async stop(name: string, seconds: number): Promise<void> {
    const timeoutMs = seconds * 1000 + SLOW * this.answerMs;
    await this.ask(`/containers/${name}/stop?t=${seconds}`, {
      method: 'POST',
      timeoutMs,
      accepts: UNCHANGED,
    });
  }

  /** Sends a signal to the first process of a container. */
  async kill(name: string, signal: string): Promise<void> {
    await this.ask(`/containers/${name}/kill?signal=${signal}`, { method: 'POST', accepts: UNCHANGED });
  }

  /** Removes a container with its unnamed volumes, and ends it before. */
  async remove(name: string): Promise<void> {
    const timeoutMs = SLOW * this.answerMs;
    await this.ask(`/containers/${name}?force=1&v=1`, { method: 'DELETE', timeoutMs, accepts: UNCHANGED });
  }

  async update(name: string, update: EngineUpdate): Promise<void> {
    await this.ask(`/containers/${name}/update`, { method: 'POST', body: update });
  }

  /** Rejects for what is no reference: it could lead to another path of the engine. */
  async hasImage(image: string): Promise<boolean> {
    readReference(image);
    return (await this.ask(`/images/${encodeURI(image)}/json`, { accepts: [ABSENT] })) !== undefined;
  }

  /** Runs a command in a container, whose output is dropped. */
  async exec(name: string, { arguments: words, environment }: EngineExec): Promise<RunningExec> {
    const { Id: id } = (await this.ask(`/containers/${name}/exec`, {
      method: 'POST',
      body: {
        AttachStdout: true,
        AttachStderr: true,
        Cmd: words,
        Env: Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
      },
    })) as { readonly Id: string };
    const output = await this.startExec(id);
    const look = async () =>
      (await this.ask(`/exec/${id}/json`)) as { readonly ExitCode: number | null; readonly Pid: number };
    return {
      exitCode: drained(output).then(async () => (await look()).ExitCode ?? 1),
      pid: async () => (await look()).Pid || undefined,
    };
  }

  private async startExec(id: string): Promise<AsyncIterable<unknown>> {
    const request = this.request(`/exec/${id}/start`, {
      method: 'POST',
      body: { Detach: false, Tty: false },
    });
    const { status, body } = await this.client.stream(request).catch((error: unknown) => {
      throw this.unreachable(error);
    });
    if (status < 300) return body;
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    throw new EngineError(status, messageOf(Buffer.concat(chunks)));
  }

  /** The answer as JSON; undefined for one of the accepted statuses, and without a body. */
  private async ask(path: string, call: Asked = {}): Promise<unknown> {
    const { status, body } = await this.client.request(this.request(path, call)).catch((error: unknown) => {
      throw this.unreachable(error);
    });
    if (call.accepts?.includes(status)) return undefined;
    if (status >= 300) throw new EngineError(status, messageOf(body));
    return body.length === 0 ? undefined : JSON.parse(body.toString());
  }

  private request(path: string, { method = 'GET', timeoutMs = this.answerMs, body }: Asked): HttpRequest {
    return {
      method,
      url: `${HOST}${path}`,
      timeoutMs,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    };
  }

  private unreachable(error: unknown): EngineUnreachable {
    return new EngineUnreachable(
      `Cannot connect to the Docker daemon at unix://${this.socket}. Is the docker daemon running? (${errorText(error)})`,
    );
  }
}

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const chunk of stream) void chunk;
  } catch {
    // The engine, asked next, says how the command ended.
  }
}

function messageOf(body: Buffer): string {
  const text = body.toString().trim();
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
