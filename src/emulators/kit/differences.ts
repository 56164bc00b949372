/**
 * Every way in which an emulator is known to differ from its vendor: what was left out, chosen, or guessed where no page
 * says it. docs/test-mode.md is made from this list; add to it what you decide in an emulator.
 */
export const DIFFERENCES: Readonly<Record<'all' | 'vidu' | 'ark' | 'vertex', readonly string[]>> = {
  all: [
    'Videos are drawn, not imagined: prompt, model and mode are written over moving pictures that are made from your first frame, last frame, references or source video. The same request with the same seed gives the same video. Sound is made too, but nobody speaks.',
    'Negative prompts, web search, recommended prompts, priority and their like are checked and priced, and then change nothing that you see but a word in the header, where there is one.',
    'Nobody judges content: only magic prompts are refused or blocked.',
    'A generation takes seconds, see above. What the vendor allows one account at once is counted, but a cancelled one keeps its place until its planned end, and a stuck one gives it up after its usual time.',
    'All test keys share one sandbox account per vendor, so they share its queue too. Its money never runs out.',
    'Names of fields that the vendor’s page does not have are refused, also where the vendor may ignore them: that finds mistakes.',
    'Rates of calls are counted per process, so several processes together let more through.',
    'Addresses of inputs are fetched from your machine through the same guard that protects the gateway: a private address is as unreachable as it would be for the vendor.',
    'Tasks are forgotten after 30 days. Inputs that came as bytes are kept for 8 days: a video that has to be drawn again after that fails.',
    'Trace ids are not random, and messages of refusals have the vendor’s code but not always its words.',
  ],
  vidu: [
    'vidu.com and vidu.cn are one emulator, which counts credits by the English price list.',
    'Off-peak work waits two seconds, not up to 48 hours.',
    'Callbacks come from the process that took the task: what it still had to tell is lost when it ends. Pauses between tries of 1, 2 and 4 s are a guess.',
    'Anime style and voices are words in the header; a voice is a pitch, speech is tones that come and go like syllables, and effects are noise.',
    'Music is heard without other sound too: what Vidu does with it on a model that has no sound is not said.',
    'AVI files are not read.',
    'A cancelled task is shown as failed: its state is not documented.',
    'viduq3-mix makes 1 and 2 seconds too: the newer page says so, the older one does not.',
    'Permanent subjects and their ids (`server_id`) do not exist.',
  ],
  ark: [
    'Volcengine and BytePlus are one emulator.',
    'Callbacks are kept, not sent.',
    'Drafts, assets (`asset://`) and endpoints of an account (`ep-…`) do not exist.',
    '`seed` is refused on 2.x. Whether Ark refuses or ignores it is not said; Onereel does not send it.',
    'Tokens follow the published formula without an extra frame. With a video among the inputs, the least that is billed at 1080p and 4k is a guess.',
    'Of the old commands at the end of a prompt, `--rs`, `--rt`, `--dur` and `--wm` count; the others change nothing.',
    'Last frames are JPEG: the pages disagree.',
  ],
  vertex: [
    'Any well-formed signature of a service account is taken, and the time inside it is not compared with a clock.',
    'Buckets hold results only: nothing can be uploaded, so a `gs://` input is never found unless it is a result.',
    '1080p and 4k are taken at every length and on extension. Whether Vertex takes them is not said.',
    'Lite refuses references and extension. Only the page of the older API says so.',
    'The quota of creates in a minute grows with the pace of the sandbox.',
  ],
};
