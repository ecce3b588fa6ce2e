/**
 * Detects the leading master: the one that `--master` names, or the one elected in ZooKeeper.
 *
 * The forms of the flag are Mesos': host:port, zk://, file://.
 */

import { lookup } from 'node:dns/promises';
import type { Clock } from '../../../runtime/clock';
import { splitUserinfo } from '../../../runtime/http/userinfo';
import { type Running, StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import { isZkUrl, zkUrlOf } from '../../../zookeeper/edge/flag';
import { followLeader } from '../../../zookeeper/edge/leader';

export interface DetectorOptions {
  /** The value of `--master`. */
  readonly master: string;
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Detected {
  /** Called when another master leads, or none any more. */
  readonly changed: (pid: string | undefined) => void;
  /** Called when no leader can ever be found; the agent has to end. */
  readonly failed: (reason: string) => void;
}

/** Reads the flag. The returned function starts to detect; a master that the flag names is reported once. */
export async function readDetector(options: DetectorOptions): Promise<(detected: Detected) => Running> {
  const { master, sessionTimeoutMs, clock, log } = options;
  if (!isZkUrl(master)) {
    const pid = await masterPid(master);
    return ({ changed }) => {
      changed(pid);
      return { stop: async () => undefined };
    };
  }
  const url = zkUrlOf('--master', master);
  return ({ changed, failed }) =>
    followLeader({
      url,
      sessionTimeoutMs,
      clock,
      log,
      changed: (leader) => {
        log.info({ master: leader?.pid }, leader ? 'a master leads' : 'no master leads');
        changed(leader?.pid);
      },
      failed: (reason) => failed(`Failed to detect a master: ${reason}`),
    });
}

/**
 * The pid of a master given as `host:port` or `http://host:port`. Names are looked up once, at the start, as
 * IPv4: a master tells an IPv4 address, and messages from other addresses are ignored.
 */
async function masterPid(master: string): Promise<string> {
  const match = /^(?:http:\/\/)?(\[[0-9a-fA-F:.]+\]|[^:/\s]+):(\d{1,5})\/?$/.exec(master.trim());
  if (splitUserinfo(master).credentials !== undefined)
    throw new StartError('--master: host:port has no credentials; give them with --credential, a JSON file');
  if (!match)
    throw new StartError(
      `--master: "${master}" is neither host:port, such as 127.0.0.1:5050, nor zk://host:2181,.../path`,
    );
  const [, host = '', port = ''] = match;
  if (host.startsWith('['))
    throw new StartError(
      `--master: ${host} is an IPv6 address, and masters are reached by IPv4; give that one`,
    );
  try {
    const { address } = await lookup(host, { family: 4 });
    return `master@${address}:${port}`;
  } catch {
    throw new StartError(`--master: no IPv4 address of ${host} is found; give the address, or mend the name`);
  }
}
