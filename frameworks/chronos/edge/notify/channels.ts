/** The channels that the flags of Chronos ask for. */

import type { Logger } from '../../../../cluster/runtime/log';
import { chatBody, httpBody } from '../../core/notify/payloads';
import type { Channel } from './channel';
import { Mail, type MailOptions } from './mail';
import { WebHook } from './web-hook';

/** Undefined for a channel that is off. */
export interface ChannelSettings {
  readonly mail: MailOptions | undefined;
  /** URLs, `http` or `https`. */
  readonly slack: string | undefined;
  readonly mattermost: string | undefined;
  readonly http: { readonly url: string; readonly credentials: string | undefined } | undefined;
}

export function openChannels({ mail, slack, mattermost, http }: ChannelSettings, log: Logger): Channel[] {
  const channels: Channel[] = [];
  if (mail) channels.push(new Mail(mail, log));
  if (slack !== undefined) channels.push(chat('slack', slack));
  if (mattermost !== undefined) channels.push(chat('mattermost', mattermost));
  if (http) channels.push(new WebHook({ name: 'http', ...http, body: httpBody }));
  return channels;
}

function chat(name: string, url: string): Channel {
  return new WebHook({ name, url, body: (_notice, message) => chatBody(message) });
}
