# Stands in for eclipse-temurin:25-jre where no image can be pulled: Debian with this machine's JDK.
FROM serin-stand-in/debian
COPY jdk /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["jshell"]
