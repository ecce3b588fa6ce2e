/** Flags with `zk://` addresses, whose passwords are never shown. */

import { type Flag, text } from '../../runtime/config/flags';
import { StartError } from '../../runtime/lifecycle';
import { readZkUrl, type ZkUrl } from '../core/url';

export const isZkUrl = (address: string): boolean => address.trim().startsWith('zk://');

/** The address with stars for the password. Other texts are returned as they are. */
export function hidePassword(address: string): string {
  return isZkUrl(address) ? address.replace(/^(\s*zk:\/\/[^:@]*):.*@/s, '$1:***@') : address;
}

/** A flag whose value may be a `zk://` address. */
export function zkFlag<T extends string | undefined>(flag: Flag<T>): Flag<T> {
  return { ...flag, print: (value) => hidePassword(value ?? '') };
}

/** An optional flag with the address of an ensemble. */
export function zkUrlFlag(help: string): Flag<string | undefined> {
  return zkFlag(text({ help, value: 'ZK_URL' }));
}

/** Reads the value of a flag. Fails with a StartError that names the flag and does not repeat the value. */
export function zkUrlOf(flag: string, address: string): ZkUrl {
  const url = readZkUrl(address);
  if ('error' in url) throw new StartError(`${flag}: ${url.error}`);
  if (url.path === '/')
    throw new StartError(`${flag}: a path is missing, such as /mesos at the end: all masters write below it`);
  return url;
}
