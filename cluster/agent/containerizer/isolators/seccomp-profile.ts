/**
 * Profiles of system calls in Docker's JSON, as the runtime specification has them (Mesos 1.11
 * src/linux/seccomp/seccomp_parser.cpp).
 *
 * A rule of a profile can hold for some architectures, and for containers with or without some capabilities.
 */

import { z } from 'zod';
import { parseExact } from '../../../api/json-read';
import { errorText } from '../../../model/error-text';

const ACTION = z.string().regex(/^SCMP_ACT_[A-Z_]+$/);
const INTEGER = z.union([z.int().nonnegative(), z.string().regex(/^\d+$/).transform(BigInt)]);
const FILTER = z.looseObject({
  arches: z.array(z.string()).nullish(),
  caps: z.array(z.string().startsWith('CAP_')).nullish(),
});

/** Documents may have more members, such as comments. */
const PROFILE = z.looseObject({
  defaultAction: ACTION,
  defaultErrnoRet: z.int().optional(),
  archMap: z.array(
    z.looseObject({
      architecture: z.string().startsWith('SCMP_ARCH_'),
      subArchitectures: z.array(z.string().startsWith('SCMP_ARCH_')).nullish(),
    }),
  ),
  syscalls: z.array(
    z.looseObject({
      names: z.array(z.string()).min(1),
      action: ACTION,
      errnoRet: z.int().optional(),
      args: z
        .array(
          z.looseObject({
            index: z.int().min(0).max(5),
            value: INTEGER,
            valueTwo: INTEGER.optional(),
            op: z.string().startsWith('SCMP_CMP_'),
          }),
        )
        .nullish(),
      includes: FILTER.nullish(),
      excludes: FILTER.nullish(),
    }),
  ),
});

export type SeccompProfile = z.infer<typeof PROFILE>;
type Rule = SeccompProfile['syscalls'][number];
type Filter = z.infer<typeof FILTER>;

/** Reads a profile. Throws an Error with what is wrong. */
export function readProfile(text: string): SeccompProfile {
  let json: unknown;
  try {
    json = parseExact(text);
  } catch (error) {
    throw new Error(errorText(error));
  }
  const profile = PROFILE.safeParse(json);
  if (!profile.success) throw new Error(z.prettifyError(profile.error));
  return profile.data;
}

/** Architectures of Node, as libseccomp and as Docker call them. */
const ARCHITECTURES: Readonly<Record<string, { readonly seccomp: string; readonly docker: string }>> = {
  x64: { seccomp: 'SCMP_ARCH_X86_64', docker: 'amd64' },
  ia32: { seccomp: 'SCMP_ARCH_X86', docker: 'x86' },
  arm64: { seccomp: 'SCMP_ARCH_AARCH64', docker: 'arm64' },
  arm: { seccomp: 'SCMP_ARCH_ARM', docker: 'arm' },
  ppc64: { seccomp: 'SCMP_ARCH_PPC64LE', docker: 'ppc64le' },
  s390x: { seccomp: 'SCMP_ARCH_S390X', docker: 's390x' },
};

/** The container that a profile is for. */
export interface Subject {
  /** The architecture as Node calls it. */
  readonly architecture: string;
  /** The capabilities that it can have, such as CAP_CHOWN. */
  readonly capabilities: readonly string[];
}

/** `linux.seccomp` of the runtime specification. */
export function specifySeccomp(profile: SeccompProfile, subject: Subject): object {
  const native = ARCHITECTURES[subject.architecture]?.seccomp;
  const architectures = profile.archMap
    .filter(({ architecture }) => architecture === native)
    .flatMap(({ architecture, subArchitectures }) => [architecture, ...(subArchitectures ?? [])]);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures,
    syscalls: profile.syscalls.filter((rule) => holdsFor(rule, subject)).map(specifyRule),
  };
}

function specifyRule({ names, action, errnoRet, args }: Rule): object {
  return {
    names,
    action,
    ...(errnoRet === undefined ? {} : { errnoRet }),
    args: (args ?? []).map(({ index, value, valueTwo = 0, op }) => ({ index, value, valueTwo, op })),
  };
}

/** A rule holds when all that it includes is there, and nothing that it excludes. */
function holdsFor({ includes, excludes }: Rule, { architecture, capabilities }: Subject): boolean {
  const docker = ARCHITECTURES[architecture]?.docker ?? architecture;
  const hasArchitecture = (filter: Filter | null | undefined): boolean =>
    (filter?.arches ?? []).includes(docker);
  const caps = (filter: Filter | null | undefined): readonly string[] => filter?.caps ?? [];
  if (includes?.arches && !hasArchitecture(includes)) return false;
  if (hasArchitecture(excludes)) return false;
  return (
    caps(includes).every((name) => capabilities.includes(name)) &&
    !caps(excludes).some((name) => capabilities.includes(name))
  );
}
