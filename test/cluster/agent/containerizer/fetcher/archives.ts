/**
 * Archives for tests, hostile ones, too, which no program would make.
 */

import { spawnSync } from 'node:child_process';
import { crc32, deflateRawSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';

export interface TarEntry extends HeaderData {
  readonly body?: string | Buffer;
}

/** A tar archive of these entries, with its end unless it is cut off. */
export function tarOf(entries: readonly TarEntry[], { isCut = false } = {}): Buffer {
  const parts = entries.flatMap(({ body = '', ...data }) => {
    const bytes = Buffer.from(body);
    const header = new Header({ type: 'File', mode: 0o644, size: bytes.length, mtime: new Date(0), ...data });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(isCut ? 0 : 1024)]);
}

export interface ZipEntry {
  readonly path: string;
  readonly body?: string | Buffer;
  /** Kind and permissions as Unix has them. */
  readonly mode?: number;
}

/** A zip archive of these entries. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, body = '', mode = 0o100644 } of entries) {
    const [name, bytes] = [Buffer.from(path), Buffer.from(body)];
    const packed = deflateRawSync(bytes);
    // From the version to the length of the extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE((mode << 16) >>> 0, 6);
    place.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, common, place, name]));
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}

/** Bytes that a program such as `xz` has packed. */
export function packedBy(program: string, bytes: Buffer): Buffer {
  const { status, stdout } = spawnSync(program, ['-c'], { input: bytes, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program} failed`);
  return stdout;
}
