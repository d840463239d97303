# Two images without anything but a static binary, which has its own time zones and certificate authorities. They run as nobody.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/ ./cmd/ghexport ./cmd/greenhouse-sim
# A volume that is mounted here for the first time takes over whose the folder is.
RUN mkdir /out/keys

FROM scratch AS greenhouse-sim
COPY --from=build /out/greenhouse-sim /greenhouse-sim
USER 65532:65532
EXPOSE 8081
ENTRYPOINT ["/greenhouse-sim"]

FROM scratch AS ghexport
COPY --from=build /out/ghexport /ghexport
COPY --from=build --chown=65532:65532 /out/keys /keys
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/ghexport"]
CMD ["serve"]
