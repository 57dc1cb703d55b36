// An application of @fonoster/streams in CommonJS, whose only change is the package's name.

import streams = require("callstreams");

const { AudioSocket } = streams;

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  const ref: string = req.ref;

  res.on("data", (data) => {
    const bytes: number = data.length;
    console.log(ref, bytes);
  });

  res.on("end", () => console.log("ended"));

  res.on("error", (err) => console.error(err.message));

  await res.play("/srv/sounds/hello.sln");
});

audioSocket.listen(9092, () => console.log("listening"));
