/**
 * The skeleton of a process with one machine: parts, server, boot, mailbox, performers, start, and the stop in reverse.
 *
 * In: a plan, which lists what is special about the process. Out: the running process.
 *
 * The boot value has the port, so the server listens before there is a machine; its routes need that machine. `Core` unties
 * this: all parts get it at the beginning, and it passes on to the mailbox once there is one.
 *
 * Always true: an event that comes before the boot is dropped, and a read before it is a broken assumption.
 */

import { present } from '../model/assert';
import type { Machine } from '../model/event';
import type { Millis } from '../model/time';
import { boundBacktracking } from './bound-backtracking';
import type { Clock } from './clock';
import type { HttpServer, HttpServerOptions } from './http/server';
import { Lifetime, type Running, StartError } from './lifecycle';
import type { Logger } from './log';
import { Mailbox, type MailboxOptions, type Performers, type RecorderMaker, type Unstamped } from './mailbox';
import type { Libprocess } from './messages/libprocess';
import { Metrics } from './metrics';
import { type TlsSettings, tlsSettings } from './tls/settings';

/** The surroundings of a process: the command line and tests give them. */
export interface ProcessDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
  /** Makes the recorder of `--record`. */
  readonly record?: RecorderMaker | undefined;
  /** Called when the process cannot go on by itself; it should be stopped. */
  readonly onEnd?: ((reason: string) => void) | undefined;
}

/** The machine as the parts of its process see it. */
export interface Core<State, Event> {
  /** Handles an event before it returns, or right after the step that runs. */
  readonly post: (event: Unstamped<Event>) => void;
  /** Reads one consistent moment of the state. The view must neither change the state nor keep parts of it. */
  readonly read: <T>(view: (state: State) => T) => T;
  /** The state; undefined before the boot. */
  readonly state: State | undefined;
  /** Number of handled events; while it stays the same, so does the state. */
  readonly handled: number;
  /** Violations of invariants that checks have seen so far. */
  readonly violations: number;
}

/** The surroundings that all parts of a process are made from. */
export interface ProcessContext<State, Event> {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Stops of parts: those of a stage run before those of the stages before it. */
  readonly life: Lifetime;
  readonly core: Core<State, Event>;
  /** The TLS settings of this process, from its environment. */
  readonly tls: () => TlsSettings | undefined;
  /** The server, once it listens. */
  readonly server: () => HttpServer;
  /** The server with TLS, where it has a place of its own. */
  readonly secureServer: () => HttpServer | undefined;
  /** Ends the process by itself. */
  readonly end: (reason: string) => void;
}

/** A place to listen at, and the flags that name it. */
export type ServerPlace = Pick<HttpServerOptions, 'address' | 'port' | 'addressFlag' | 'portFlag'>;

/** The places of a server. */
export interface ServerPlaces extends ServerPlace {
  /** The place for TLS, where the other one has none. */
  readonly secure?: ServerPlace;
  /** There is no place without TLS, so the process does not start without its settings. */
  readonly isSecureOnly?: boolean;
}

/** The server of a process; the skeleton adds the log and TLS. */
export interface ServerPlan extends Omit<HttpServerOptions, 'log' | 'tls' | 'messages'>, ServerPlaces {
  /** The libprocess process on the same port. */
  readonly libprocess?: Libprocess;
}

/** The stages that differ from process to process. */
export interface ProcessPlan<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
  Started extends object,
> {
  readonly machine: Machine<State, Event, Effect, Boot>;
  /** The log line of an end by itself. */
  readonly endText?: string;
  /** Checks the flags and makes everything that needs no port. */
  readonly parts: (context: ProcessContext<State, Event>) => Parts | Promise<Parts>;
  /** The routes and the place of the server; without it the process does not listen. */
  readonly server?: (parts: Parts) => ServerPlan;
  /** The boot value of the machine. */
  readonly boot: (parts: Parts) => Boot | Promise<Boot>;
  /** Performs the effects of the machine. */
  readonly performers: (parts: Parts) => Performers<Effect>;
  /** Gets each event with the time of its step, for metrics. */
  readonly observe?: (parts: Parts, event: Event, ms: number) => void;
  /** Begins the work; the result is what the caller sees of the process, beside `stop`. */
  readonly start: (parts: Parts) => Started | Promise<Started>;
}

/** Starts a process. A start that fails stops what was started before. */
export function startProcess<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
  Started extends object,
>(
  deps: ProcessDeps,
  plan: ProcessPlan<State, Event, Effect, Boot, Parts, Started>,
): Promise<Started & Running> {
  return Lifetime.start(async (life) => {
    const { parts, context, core } = await openProcess<State, Event, Effect, Boot, Parts>(deps, plan, life);
    const mailbox = runMachine(deps, core, {
      machine: plan.machine,
      boot: await plan.boot(parts),
      perform: plan.performers(parts),
      observe: plan.observe && ((event, ms) => plan.observe?.(parts, event, ms)),
      onBroken: (error) => context.end(error.stack ?? error.message),
    });
    life.add(() => mailbox.stop());
    return await plan.start(parts);
  });
}

/** A process whose parts and server are there, and which has no machine yet. */
export interface OpenProcess<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
> {
  readonly parts: Parts;
  readonly context: ProcessContext<State, Event>;
  readonly core: LateCore<State, Event, Effect, Boot>;
}

/** Makes the parts of a process, and listens. Stops go to the life. */
export async function openProcess<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
  Parts,
>(
  deps: ProcessDeps,
  plan: Pick<ProcessPlan<State, Event, Effect, Boot, Parts, object>, 'endText' | 'parts' | 'server'>,
  life: Lifetime,
): Promise<OpenProcess<State, Event, Effect, Boot, Parts>> {
  boundBacktracking();
  const core = new LateCore<State, Event, Effect, Boot>();
  let servers: Servers | undefined;
  const context = contextOf(deps, plan.endText, {
    life,
    core,
    server: () => present(servers, 'the server does not listen yet').server,
    secureServer: () => servers?.secure,
  });
  const parts = await plan.parts(context);
  if (plan.server) servers = await listen(context, plan.server(parts));
  return { parts, context, core };
}

type MachineOptions<State, Event, Effect extends { kind: string }, Boot> = Omit<
  MailboxOptions<State, Event, Effect, Boot>,
  'clock' | 'log' | 'recorder'
>;

/** Boots a machine, which the core is from now on. */
export function runMachine<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
>(
  { clock, log, record }: ProcessDeps,
  core: LateCore<State, Event, Effect, Boot>,
  options: MachineOptions<State, Event, Effect, Boot>,
): Mailbox<State, Event, Effect, Boot> {
  const { machine, boot } = options;
  const recorder = record?.({ machine: machine.name, boot });
  const mailbox = new Mailbox({ ...options, clock, log, recorder });
  core.open(mailbox);
  return mailbox;
}

/** Passes on to the mailbox, as long as there is one. */
export class LateCore<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
> implements Core<State, Event>
{
  private mailbox: Mailbox<State, Event, Effect, Boot> | undefined;

  open(mailbox: Mailbox<State, Event, Effect, Boot>): void {
    this.mailbox = mailbox;
  }

  /** From now on there is no machine: events are dropped, as before the first one. */
  close(): void {
    this.mailbox = undefined;
  }

  readonly post = (event: Unstamped<Event>): void => this.mailbox?.post(event);

  readonly read = <T>(view: (state: State) => T): T =>
    present(this.mailbox, 'the process is starting').read(view);

  get state(): State | undefined {
    return this.mailbox?.state;
  }

  get handled(): number {
    return this.mailbox?.handled ?? 0;
  }

  get violations(): number {
    return this.mailbox?.violations ?? 0;
  }
}

function contextOf<State, Event>(
  { log, clock, metrics, onEnd }: ProcessDeps,
  endText: string | undefined,
  parts: Pick<ProcessContext<State, Event>, 'life' | 'core' | 'server' | 'secureServer'>,
): ProcessContext<State, Event> {
  let tls: { readonly settings: TlsSettings | undefined } | undefined;
  return {
    ...parts,
    log,
    clock,
    metrics: metrics ?? new Metrics(),
    tls: () => {
      tls ??= { settings: tlsSettings(process.env) };
      return tls.settings;
    },
    end: (reason) => {
      if (endText !== undefined) log.error({ reason }, endText);
      onEnd?.(reason);
    },
  };
}

interface Servers {
  readonly server: HttpServer;
  readonly secure: HttpServer | undefined;
}

/** Listens. Processes without a server do not load one. */
async function listen<State, Event>(
  { life, log, tls }: ProcessContext<State, Event>,
  { libprocess, secure, isSecureOnly, ...options }: ServerPlan,
): Promise<Servers> {
  const { startHttpServer } = await import('./http/server');
  const messages = libprocess && { messages: libprocess.router };
  const settings = secure || isSecureOnly ? neededTls(tls(), (secure ?? options).portFlag) : tls();
  const open = async (more: Partial<HttpServerOptions>): Promise<HttpServer> => {
    const server = await startHttpServer({ ...options, ...messages, log, ...more });
    life.add(() => server.close());
    return server;
  };
  const server = await open({ tls: secure ? undefined : settings });
  const secureServer = secure && (await open({ ...secure, tls: settings }));
  if (libprocess) {
    life.add(() => libprocess.stop());
    await libprocess.open(server);
  }
  return { server, secure: secureServer };
}

/** The settings of a port that speaks TLS and nothing else. */
function neededTls(settings: TlsSettings | undefined, flag: string): TlsSettings {
  if (settings) return { ...settings, downgrade: false };
  throw new StartError(
    `${flag}: TLS is off; set LIBPROCESS_SSL_ENABLED=1, LIBPROCESS_SSL_CERT_FILE and LIBPROCESS_SSL_KEY_FILE (PEM), ` +
      'or leave it out',
  );
}
