/** What `--help` says below the options. */

export const EXIT_CODES = `
Exit codes:
  0    done
  1    the generation failed, or its video could not be saved
  2    wrong usage, or a request that was refused
  3    the server is not reachable or did not start
  130  interrupted; the generation goes on
`;

export const SERVERS = `
Server: the one at ONEREEL_URL; else at HOST and PORT, where they are set; else the one that runs on the data folder
(ONEREEL_DATA, default .onereel); else one is started that stays. Keys: ONEREEL_TEST_KEY and ONEREEL_LIVE_KEY, else the
data folder's keys.json.
`;

export const EXAMPLES = {
  program: `
Examples:
  onereel                                        start the gateway
  onereel generate "a fox in the snow"           make a video with a test key, at no cost
  onereel models seedance                        what can be called
  onereel doctor                                 what is wrong on this machine

Every command has its own --help.
`,
  generate: `
Examples:
  onereel generate "a fox in the snow" --model viduq3t-720p --out fox.mp4
  onereel generate "she turns around" --image portrait.jpg --duration 5
  onereel generate "day becomes night" --image day.png --last-image night.png
  onereel generate "@Image1 meets @Image2" --model viduq3p-mix-720p --ref fox.png --ref owl.png
  onereel generate "and then it snows" --model veo3.1-video-720p --video start.mp4
  onereel generate "a fox in the snow" --json --out fox.mp4 | jq -r .file
  onereel generate "a fox in the snow" --live    spends real money
`,
  get: `
Examples:
  onereel get task_123
  onereel get task_123 --out fox.mp4
`,
  files: `
Examples:
  onereel files list
  onereel files upload fox.png clip.mp4
  onereel generate "she turns around" --image file_123
  onereel files rm file_123

A file stays for seven days. generate uploads local files by itself.
`,
  models: `
Examples:
  onereel models
  onereel models veo
  onereel models viduq3t-720p --json

Prices are what the first vendor of a model bills; docs/models.md has all of them.
`,
  ledger: `
Examples:
  onereel ledger verify                          re-derive every balance; exits 1 when anything differs
  onereel ledger reconcile --channel vidu        what the vendor bills against what was settled, of the last 7 days
  onereel ledger reconcile --channel vidu --book losses that were not seen before are booked

The database itself is read (DATABASE_URL, else the one in ONEREEL_DATA): no server needs to run, and one that runs goes
on working.
`,
  doctor: `
Exit codes: 0 when everything that is needed works, else 1.
`,
  operators: `
Examples:
  onereel projects create shop
  onereel grants add --project shop --amount 100 --live --cause "invoice 17"
  onereel keys create --project shop --live --budget 50 --models 'viduq3*'
  onereel keys revoke key_123
  onereel channels create vidu-eu --provider vidu --credentials key.txt
  onereel channels test vidu-eu
  onereel rates set CNY 0.14
  onereel generations list --status failed
  onereel ledger export --from 2026-11-01 --to 2026-12-01 --out november.csv

They speak to the server that runs, with the admin key. docs/admin.md has all of them.
`,
} as const;
