/** The choice of a media type by the Accept header of a request (RFC 9110). */

interface Range {
  readonly range: string;
  readonly quality: number;
}

/**
 * The media type that a reader likes best; undefined when none is acceptable. Among equals the order of the header decides,
 * and for a range of several types that of the candidates.
 */
export function preferredType<T extends string>(
  header: string | undefined,
  candidates: readonly T[],
): T | undefined {
  const ranges = rangesOf(header ?? '');
  if (ranges.length === 0) return candidates[0];
  const sorted = [...ranges].sort((a, b) => b.quality - a.quality);
  for (const { range, quality } of sorted) {
    if (quality === 0) return undefined;
    const match = candidates.find((type) => fits(type, range) && !isRefused(type, ranges));
    if (match !== undefined) return match;
  }
  return undefined;
}

function rangesOf(header: string): Range[] {
  return header
    .split(',')
    .map((part) => part.split(';').map((text) => text.trim().toLowerCase()))
    .filter(([range]) => range !== '')
    .map(([range = '', ...parameters]) => {
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { range, quality: quality === undefined ? 1 : Number(quality) || 0 };
    });
}

function fits(type: string, range: string): boolean {
  return range === '*/*' || range === type || range === `${type.split('/')[0]}/*`;
}

function isRefused(type: string, ranges: readonly Range[]): boolean {
  return ranges.some(({ range, quality }) => range === type && quality === 0);
}
