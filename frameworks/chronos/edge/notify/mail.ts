/** Notices by mail, by nodemailer: one message to each owner. */

import { createTransport, type Transporter } from 'nodemailer';
import { errorText } from '../../../../cluster/model/error-text';
import type { Logger } from '../../../../cluster/runtime/log';
import { type DeliveryFailure, smtpFailure } from '../../core/notify/delivery';
import type { Notice } from '../../core/notify/notice';
import { readOwners } from '../../core/notify/owners';
import { type Channel, DELIVERY_TIMEOUT_MS, type Delivery } from './channel';

export interface MailOptions {
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** TLS from the first byte on (`--mail_ssl`). Otherwise STARTTLS is used where the server offers it. */
  readonly ssl: boolean;
}

export class Mail implements Channel {
  readonly name = 'mail';
  private readonly transport: Transporter;

  constructor(
    private readonly options: MailOptions,
    private readonly log: Logger,
  ) {
    this.transport = createTransport(transportOf(options));
  }

  receivers({ job }: Notice): readonly string[] {
    const { addresses, others } = readOwners(job.owner);
    if (others.length > 0)
      this.log.warn({ job: job.name, owners: others }, 'owners without a mail address get no mail');
    return addresses;
  }

  async deliver({ message, receiver }: Delivery): Promise<DeliveryFailure | undefined> {
    try {
      const { subject, text = '' } = message;
      await this.transport.sendMail({ from: this.options.from, to: receiver, subject, text });
      return undefined;
    } catch (error) {
      const { responseCode } = error as { responseCode?: number };
      return smtpFailure(errorText(error), responseCode);
    }
  }

  close(): void {
    this.transport.close();
  }
}

/** Certificates are verified as soon as a password is at stake. */
function transportOf({ host, port, user, password, ssl }: MailOptions) {
  const hasPassword = user !== undefined && password !== undefined;
  return {
    host,
    port,
    secure: ssl,
    ...(hasPassword && { auth: { user, pass: password } }),
    tls: { rejectUnauthorized: ssl || hasPassword },
    connectionTimeout: DELIVERY_TIMEOUT_MS,
    greetingTimeout: DELIVERY_TIMEOUT_MS,
    socketTimeout: DELIVERY_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
