/** @type {import("next").NextConfig} */
export default {
  reactStrictMode: true,
  // The folder is inside of another project: what is above it is none of this app's.
  outputFileTracingRoot: import.meta.dirname,
};
