/**
 * A v1 scheduler for any framework: keeps a subscription alive and sends calls over it.
 *
 * The framework chooses the FrameworkInfo, stores its own id, and gets notices.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { MediaType } from '../../../cluster/api/media-type';
import { authorizationOf } from '../../../cluster/runtime/auth/caller';
import type { Clock } from '../../../cluster/runtime/clock';
import { HttpClient, type PeerTrust } from '../../../cluster/runtime/http/client';
import type { Running } from '../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { type SchedulerNotice, type SessionEffect, sessionMachine } from '../core/session';
import { Calls } from './calls';
import { runStream } from './stream';

export interface SchedulerOptions {
  /** Base URLs, such as `http://10.0.0.1:5050`, or none yet. The leader is found by its redirects. */
  readonly masters: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly seed: number;
  /** The media type of events and calls; protobuf by default. */
  readonly mediaType?: MediaType | undefined;
  /** HTTP basic credentials, `principal:secret`. */
  readonly credentials?: string | undefined;
  /** A bearer token, instead of credentials. */
  readonly token?: string | undefined;
  /** The trust in masters over TLS; that of the machine without it. */
  readonly tls?: PeerTrust | undefined;
  readonly onNotice: (notice: SchedulerNotice) => void;
  /** The master refused a call, or it could not be sent. */
  readonly onRefused: (call: scheduler.Call, reason: string) => void;
  readonly onBroken: (error: Error) => void;
}

export interface Scheduler extends Running {
  /** The FrameworkInfo to subscribe with from now on; the first call starts the session. */
  setFramework(info: mesos.FrameworkInfo): void;
  /** The masters to subscribe at from now on: the leader where it is known, none without a leader. */
  setMasters(masters: readonly string[]): void;
  call(call: scheduler.Call): void;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { tls } = options;
  const client = new HttpClient({ tls });
  const mediaType = options.mediaType ?? 'application/x-protobuf';
  const headers = authorizationOf(options);
  let abort = new AbortController();
  let streamId = '';
  let connection = 0;
  let target: { url: string; streamId: string } | undefined;
  const calls = new Calls({
    mediaType,
    headers,
    tls,
    target: () => target,
    refused: options.onRefused,
  });

  const open = ({ connection: number, url, info }: Extract<SessionEffect, { kind: 'open' }>): void => {
    abort = new AbortController();
    connection = number;
    void runStream({
      client,
      url,
      info,
      mediaType,
      headers,
      signal: abort.signal,
      opened: (id) => {
        if (connection === number) streamId = id;
        mailbox.post({ kind: 'opened', connection: number });
      },
      redirected: (to) => mailbox.post({ kind: 'redirected', connection: number, url: to }),
      received: (event) => mailbox.post({ kind: 'received', connection: number, event }),
      closed: (reason) => mailbox.post({ kind: 'closed', connection: number, reason }),
    });
  };

  const mailbox = new Mailbox({
    machine: sessionMachine,
    boot: { masters: options.masters, seed: options.seed },
    clock: options.clock,
    log: options.log,
    onBroken: options.onBroken,
    perform: {
      open,
      close: () => {
        target = undefined;
        abort.abort(new Error('closed'));
      },
      tell: ({ notice }) => {
        if (notice.kind === 'subscribed') target = { url: notice.url, streamId };
        options.onNotice(notice);
      },
    },
  });

  return {
    setFramework: (info) => mailbox.post({ kind: 'framework', info }),
    setMasters: (masters) => mailbox.post({ kind: 'masters', masters }),
    call: (call) => calls.send(call),
    stop: async () => {
      mailbox.post({ kind: 'stop' });
      await mailbox.stop();
      await calls.stop();
      await client.close();
    },
  };
}
