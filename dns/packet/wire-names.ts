/**
 * Names as they are on the wire (RFC 1035, section 3.1): labels with their length in front, a zero at the end. They are kept as
 * latin1 text, one character for each octet, so that they can be keys of maps.
 */

/** The wire form of a name that can be encoded: `\x06leader\x05mesos\x00` for `leader.mesos`. */
export function wireName(name: string): string {
  if (name === '') return '\0';
  return `${name
    .split('.')
    .map((label) => String.fromCharCode(label.length) + label)
    .join('')}\0`;
}

/** The labels of a wire name. */
export function wireLabels(wire: string): string[] {
  const labels: string[] = [];
  for (let offset = 0; offset < wire.length; ) {
    const length = wire.charCodeAt(offset);
    if (length === 0) break;
    labels.push(wire.slice(offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return labels;
}

/** Characters that the original writes with a backslash, so that it never finds a label with one of them. */
const ESCAPED = /[^\x21-\x7e]|[."();@\\]/;

/** The text of a wire name; undefined when a label has a dot inside, which no text can tell from two labels. */
export function textName(wire: string): string | undefined {
  const labels = wireLabels(wire);
  return labels.some((label) => label.includes('.')) ? undefined : labels.join('.');
}

/** True for a name with a character that only an escape can write. */
export function isEscaped(wire: string): boolean {
  return wireLabels(wire).some((label) => ESCAPED.test(label));
}

/**
 * True when a name is the domain or lies below it. Compares labels, since octets alone could match inside a label.
 */
export function isBelow(wire: string, domain: readonly string[]): boolean {
  const labels = wireLabels(wire);
  const start = labels.length - domain.length;
  return start >= 0 && domain.every((label, index) => labels[start + index] === label);
}
