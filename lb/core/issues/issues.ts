/**
 * Issues: settings of apps that the load balancer could not apply, in words for the owner of the app.
 *
 * Always true: an issue of one app never stops another app.
 */

export interface Issue {
  readonly app: string;
  /** The label it is about; undefined when it is about the app itself. */
  readonly label?: string | undefined;
  /** The column of the error in the label's value, counted from 1. */
  readonly column?: number | undefined;
  readonly text: string;
}

/** One line: `/web HAPROXY_0_PORT:1: expected a port`. */
export function printIssue({ app, label, column, text }: Issue): string {
  const place = [app, label && (column === undefined ? label : `${label}:${column}`)].filter(Boolean);
  return `${place.join(' ')}: ${text}`;
}
