/**
 * Authentication of agents and drivers before they register: CRAM-MD5 over libprocess messages (Mesos 1.11,
 * src/authentication/cram_md5). Each attempt is a session with a pid of its own and a timeout; a registration that
 * comes meanwhile waits for its end.
 *
 * Always true: with `--authenticate_agents` a registration of an agent passes only after its pid has authenticated.
 * Registrations of drivers always pass, with their principal: the core answers those that lack one with an error.
 */

import type { MessageName, Messages } from '../../api/generated/messages';
import { decodeProtobuf, encodeProtobuf } from '../../api/protobuf';
import type { Principal } from '../../model/principal';
import { MECHANISM, makeChallenge, readAnswer } from '../../runtime/auth/cram-md5';
import type { Clock } from '../../runtime/clock';
import type { Logger } from '../../runtime/log';
import { readPid } from '../../runtime/messages/pid';
import type { Message, MessageRouter } from '../../runtime/messages/receive';
import { isSubscription } from './drivers';

export interface PeerAuthenticationOptions {
  /** Secrets by principal; undefined if there are none: then attempts are answered with an error. */
  readonly secrets: ReadonlyMap<string, string> | undefined;
  /** True when agents must authenticate. The core decides about drivers. */
  readonly required: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly messages: Pick<MessageRouter, 'register'>;
  /** Sends a message from the libprocess id `fromId` of this master. */
  readonly send: (to: string, name: MessageName, body: Uint8Array, fromId: string) => void;
  /** The number of remembered peers; KNOWN_MAX without it. */
  readonly knownMax?: number;
  /** Receives a registration that waited for an attempt. */
  readonly admit: (message: Message) => void;
}

interface Session {
  readonly id: string;
  /** The pid that authenticates on behalf of the agent or driver. */
  readonly peer: string;
  challenge: string | undefined;
  waiting: Message | undefined;
  end: () => void;
}

const REGISTRATIONS = new Set([
  'mesos.internal.RegisterSlaveMessage',
  'mesos.internal.ReregisterSlaveMessage',
]);
const SESSIONS_MAX = 10_000;
/** The limit of remembered peers: a peer whose registration is refused has no connection whose end would remove it. */
const KNOWN_MAX = 200_000;

export class PeerAuthentication {
  /** Attempts under way, by the pid of their agent or driver. */
  private readonly sessions = new Map<string, Session>();
  private readonly known = new Map<string, string>();
  private count = 0;
  /** Number of attempts begun (`master/messages_authenticate`). */
  attempts = 0;

  constructor(private readonly options: PeerAuthenticationOptions) {}

  /** The authenticated principal of an agent or a driver. */
  principalOf(pid: string): Principal | undefined {
    const value = this.known.get(pid);
    return value === undefined ? undefined : { value };
  }

  /** Forgets a pid whose connection broke, or whose framework has another driver: it must authenticate again. */
  forget(pid: string): void {
    this.known.delete(pid);
  }

  /** True when a message may pass to the core; messages of authentication are handled here. */
  passes(message: Message): boolean {
    if (message.name === 'mesos.internal.AuthenticateMessage') {
      this.begin(message);
      return false;
    }
    const session = this.sessions.get(message.from);
    const isAgent = REGISTRATIONS.has(message.name);
    if (session && (isAgent || isSubscription(message))) {
      session.waiting = message;
      return false;
    }
    if (!isAgent) return true;
    if (!this.options.required || this.known.has(message.from)) return true;
    this.options.log.warn(
      { pid: message.from },
      'refused an agent that has not authenticated (--authenticate_agents)',
    );
    return false;
  }

  stop(): void {
    for (const session of [...this.sessions.values()]) session.end();
  }

  private begin({ from, body }: Message): void {
    const { pid } = decodeProtobuf('mesos.internal.AuthenticateMessage', body);
    this.attempts += 1;
    this.known.delete(pid);
    const before = this.sessions.get(pid);
    before?.end();
    const error = this.beginError(from, pid);
    if (error) return this.say(from, 'mesos.internal.AuthenticationErrorMessage', { error });
    const session = this.open(pid, from);
    session.waiting = before?.waiting;
    this.say(from, 'mesos.internal.AuthenticationMechanismsMessage', { mechanisms: [MECHANISM] }, session.id);
  }

  private beginError(from: string, pid: string): string | undefined {
    if (!this.options.secrets) return 'No authenticator loaded';
    const peer = readPid(from);
    const agent = readPid(pid);
    // Only hosts are compared: some drivers (mesos-go) authenticate from another port.
    if (!peer || !agent || peer.host !== agent.host) {
      return 'A process can only authenticate one on its own host';
    }
    return this.sessions.size >= SESSIONS_MAX ? 'Too many authentications are under way' : undefined;
  }

  private open(pid: string, peer: string): Session {
    const { clock, messages, timeoutMs } = this.options;
    const id = `crammd5-authenticator-session(${++this.count})`;
    const unregister = messages.register(id, (message) => this.next(pid, session, message));
    const cancel = clock.wakeAt(clock.now() + timeoutMs, () => session.end());
    const session: Session = {
      id,
      peer,
      challenge: undefined,
      waiting: undefined,
      end: () => {
        unregister();
        cancel();
        if (this.sessions.get(pid) === session) this.sessions.delete(pid);
      },
    };
    this.sessions.set(pid, session);
    return session;
  }

  /** Handles one message of an attempt; messages of others than the pid that began it are ignored. */
  private next(pid: string, session: Session, { from, name, body }: Message): void {
    if (from !== session.peer) return;
    const { clock, secrets } = this.options;
    if (name === 'mesos.internal.AuthenticationStartMessage' && session.challenge === undefined) {
      const { mechanism } = decodeProtobuf(name, body);
      if (mechanism !== MECHANISM) return this.fail(session, 'no mechanism available');
      session.challenge = makeChallenge(readPid(from)?.host ?? 'mesos', clock.now());
      const data = Buffer.from(session.challenge).toString('base64');
      return this.say(from, 'mesos.internal.AuthenticationStepMessage', { data }, session.id);
    }
    if (name !== 'mesos.internal.AuthenticationStepMessage' || session.challenge === undefined) {
      return this.fail(session, 'Unexpected authentication message received');
    }
    const { data } = decodeProtobuf(name, body);
    const answer = Buffer.from(data, 'base64').toString();
    this.finish(pid, session, readAnswer(secrets ?? new Map(), session.challenge, answer));
  }

  private fail(session: Session, error: string): void {
    session.end();
    this.say(session.peer, 'mesos.internal.AuthenticationErrorMessage', { error }, session.id);
  }

  private finish(pid: string, session: Session, principal: string | undefined): void {
    const { log, admit } = this.options;
    session.end();
    if (principal === undefined) {
      log.warn({ pid }, 'an agent or driver failed to authenticate: its principal or secret is wrong');
      this.say(session.peer, 'mesos.internal.AuthenticationFailedMessage', {}, session.id);
      if (session.waiting && !REGISTRATIONS.has(session.waiting.name)) admit(session.waiting);
      return;
    }
    log.info({ pid, principal }, 'an agent or driver authenticated');
    this.know(pid, principal);
    this.say(session.peer, 'mesos.internal.AuthenticationCompletedMessage', {}, session.id);
    if (session.waiting) admit(session.waiting);
  }

  /** Remembers a peer. Above the limit the oldest one is forgotten, which only has to authenticate again. */
  private know(pid: string, principal: string): void {
    this.known.delete(pid);
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= (this.options.knownMax ?? KNOWN_MAX))
      this.known.delete(oldest);
    this.known.set(pid, principal);
  }

  private say<N extends MessageName>(to: string, name: N, message: Messages[N], fromId = 'master'): void {
    this.options.send(to, name, encodeProtobuf(name, message), fromId);
  }
}
