/** File names inside a rendering's folder. */
export const fileNames = { video: 'video.mp4', poster: 'poster.jpg', lastFrame: 'last-frame.jpg' } as const;
