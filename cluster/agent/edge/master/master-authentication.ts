/**
 * Authenticates the agent with the master by CRAM-MD5 before it registers (Mesos 1.11,
 * src/authentication/cram_md5).
 *
 * Registrations wait for it. One that comes long after the last, or after the connection broke, is authenticated
 * again, because the master forgets such an agent.
 */

import type { MessageName, Messages } from '../../../api/generated/messages';
import { decodeProtobuf, encodeProtobuf } from '../../../api/protobuf';
import type { Millis } from '../../../model/time';
import { answerChallenge, MECHANISM } from '../../../runtime/auth/cram-md5';
import type { Clock } from '../../../runtime/clock';
import type { Logger } from '../../../runtime/log';
import type { Message } from '../../../runtime/messages/receive';

export interface MasterAuthenticationOptions {
  readonly credential: { readonly principal: string; readonly secret: string };
  /** The pid of the agent. */
  readonly pid: () => string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Sends a message as the authenticatee process. */
  readonly send: (to: string, name: MessageName, body: Uint8Array) => void;
}

export const AUTHENTICATEE = 'crammd5-authenticatee(1)';

const REGISTRATIONS = new Set([
  'mesos.internal.RegisterSlaveMessage',
  'mesos.internal.ReregisterSlaveMessage',
]);
const ATTEMPT_MS = 5000;
const GOOD_FOR_MS = 10_000;

export class MasterAuthentication {
  /** The attempt under way, with its master: another master needs a new one. */
  private begun: { readonly master: string; readonly at: Millis } | undefined;
  private known: { readonly master: string; readonly at: Millis } | undefined;
  private waiting: (() => void) | undefined;

  constructor(private readonly options: MasterAuthenticationOptions) {}

  /** Sends a message to a master; registrations wait until it has authenticated the agent. */
  send(to: string, name: string, deliver: () => void): void {
    const now = this.options.clock.now();
    const isKnown = this.known?.master === to && now - this.known.at < GOOD_FOR_MS;
    if (!REGISTRATIONS.has(name) || isKnown) return deliver();
    this.waiting = () => {
      this.known = { master: to, at: this.options.clock.now() };
      deliver();
    };
    if (this.begun?.master === to && now - this.begun.at < ATTEMPT_MS) return;
    this.begun = { master: to, at: now };
    this.say(to, 'mesos.internal.AuthenticateMessage', { pid: this.options.pid() });
  }

  /** The connection to a master broke: it has forgotten the agent, and answers no attempt that is under way. */
  exited(master: string): void {
    if (this.known?.master === master) this.known = undefined;
    if (this.begun?.master === master) this.over();
  }

  /** Handles a message to the authenticatee process. */
  receive({ from, name, body }: Message): void {
    if (!this.begun || addressOf(from) !== addressOf(this.begun.master)) return;
    switch (name) {
      case 'mesos.internal.AuthenticationMechanismsMessage':
        return this.start(from, decodeProtobuf(name, body).mechanisms ?? []);
      case 'mesos.internal.AuthenticationStepMessage':
        return this.answer(from, decodeProtobuf(name, body).data);
      case 'mesos.internal.AuthenticationCompletedMessage': {
        const deliver = this.over();
        return deliver?.();
      }
      case 'mesos.internal.AuthenticationFailedMessage':
        return this.refused('the principal or the secret of --credential is wrong');
      case 'mesos.internal.AuthenticationErrorMessage':
        return this.refused(decodeProtobuf(name, body).error ?? 'no reason was given');
    }
  }

  private start(from: string, mechanisms: readonly string[]): void {
    if (!mechanisms.includes(MECHANISM)) return this.refused(`it takes only ${mechanisms.join(', ')}`);
    this.say(from, 'mesos.internal.AuthenticationStartMessage', { mechanism: MECHANISM });
  }

  private answer(from: string, challenge: string): void {
    const { principal, secret } = this.options.credential;
    const text = answerChallenge(principal, secret, Buffer.from(challenge, 'base64').toString());
    this.say(from, 'mesos.internal.AuthenticationStepMessage', {
      data: Buffer.from(text).toString('base64'),
    });
  }

  /** Gives the registration up; the agent requests it again. */
  private refused(why: string): void {
    this.over();
    this.options.log.error({ why }, 'the master does not believe who we are');
  }

  private over(): (() => void) | undefined {
    const { waiting } = this;
    this.begun = undefined;
    this.waiting = undefined;
    return waiting;
  }

  private say<N extends MessageName>(to: string, name: N, message: Messages[N]): void {
    this.options.send(to, name, encodeProtobuf(name, message));
  }
}

/** Master and authenticator are processes at one address. */
function addressOf(pid: string): string {
  return pid.slice(pid.indexOf('@') + 1);
}
