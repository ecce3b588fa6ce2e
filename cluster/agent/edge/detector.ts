/**
 * Who leads. Without ZooKeeper that is the one master we are told of.
 */

import { lookup } from 'node:dns/promises';
import { StartError } from '../../runtime/lifecycle';

/** The pid of a master given as `host:port` or `http://host:port`. Names are looked up once, at start. */
export async function masterPid(given: string): Promise<string> {
  if (given.startsWith('zk://')) {
    throw new StartError('--master: zk:// is not supported yet; name the master as host:port');
  }
  const match = /^(?:http:\/\/)?(\[[0-9a-fA-F:.]+\]|[^:/\s]+):(\d{1,5})\/?$/.exec(given.trim());
  if (!match) throw new StartError(`--master: "${given}" is not host:port, such as 127.0.0.1:5050`);
  const [, host = '', port = ''] = match;
  try {
    const { address, family } = await lookup(host.replace(/^\[|\]$/g, ''));
    return `master@${family === 6 ? `[${address}]` : address}:${port}`;
  } catch {
    throw new StartError(`--master: the host ${host} cannot be found; give its address, or mend its name`);
  }
}
