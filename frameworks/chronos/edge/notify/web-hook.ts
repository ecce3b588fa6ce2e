/** Notices to web hooks, as JSON by POST. Redirects are not followed. */

import { errorText } from '../../../../cluster/model/error-text';
import { HttpClient } from '../../../../cluster/runtime/http/client';
import { type DeliveryFailure, httpFailure } from '../../core/notify/delivery';
import type { Message, Notice } from '../../core/notify/notice';
import { type Channel, DELIVERY_TIMEOUT_MS, type Delivery } from './channel';

export interface WebHookOptions {
  readonly name: string;
  /** It can hold a secret, so no log has it. */
  readonly url: string;
  /** `user:password` for Basic authentication. */
  readonly credentials?: string | undefined;
  readonly body: (notice: Notice, message: Message) => string;
}

export class WebHook implements Channel {
  readonly name: string;
  private readonly client = new HttpClient();

  constructor(private readonly options: WebHookOptions) {
    this.name = options.name;
  }

  receivers(): readonly string[] {
    return [this.name];
  }

  async deliver({ notice, message }: Delivery, signal: AbortSignal): Promise<DeliveryFailure | undefined> {
    const { url, credentials, body } = this.options;
    try {
      const { status } = await this.client.request({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          ...(credentials !== undefined && {
            authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
          }),
        },
        body: body(notice, message),
        timeoutMs: DELIVERY_TIMEOUT_MS,
        signal,
      });
      return httpFailure(status);
    } catch (error) {
      return { reason: errorText(error).replaceAll(url, 'its address'), isPermanent: false };
    }
  }

  close(): void {
    void this.client.close();
  }
}
