/** The policy of deliveries: which failures are tried again, and when. */

import type { Millis } from '../../../../cluster/model/time';

/** The pauses before the attempts after the first: some twenty minutes together. */
const RETRY_DELAYS: readonly Millis[] = [5_000, 30_000, 120_000, 300_000, 900_000];

/** A failed attempt to deliver a notice. */
export interface DeliveryFailure {
  readonly reason: string;
  /** The receiver will not take it later either. */
  readonly isPermanent: boolean;
}

/** The pause before the next attempt, after so many failed ones; undefined when the notice is given up. */
export function retryDelay(failed: number, { isPermanent }: DeliveryFailure): Millis | undefined {
  return isPermanent ? undefined : RETRY_DELAYS[failed - 1];
}

/** HTTP: success is 2xx. Answers that ask to come again, and faults of the receiver, are tried again. */
export function httpFailure(status: number): DeliveryFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const isPermanent = status < 500 && status !== 408 && status !== 425 && status !== 429;
  return { reason: `it answered with status ${status}`, isPermanent };
}

/** SMTP (RFC 5321, section 4.2.1): 5yz is permanent, 4yz and a lost connection are not. */
export function smtpFailure(reason: string, code: number | undefined): DeliveryFailure {
  return { reason, isPermanent: code !== undefined && code >= 500 };
}
