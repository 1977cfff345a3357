// Encodes and decodes with j8583. A line of input: the dialect, "encode" or "decode", the MTI, the
// fields as NUMBER:TYPE:LENGTH:VALUE with blanks between them, VALUE in hexadecimal; to decode, the
// message in hexadecimal last. A line of output: the bytes in hexadecimal, or the fields as
// NUMBER:VALUE. Parts are divided by tabs.
import com.solab.iso8583.IsoMessage;
import com.solab.iso8583.IsoType;
import com.solab.iso8583.MessageFactory;
import com.solab.iso8583.parse.FieldParseInfo;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

public class J8583Peer {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ENCODING = "ISO-8859-1";

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t", -1);
      System.out.println(parts[1].equals("encode") ? encode(parts) : decode(parts));
    }
  }

  private static MessageFactory<IsoMessage> factoryOf(String dialect) {
    MessageFactory<IsoMessage> factory = new MessageFactory<>();
    factory.setCharacterEncoding(ENCODING);
    factory.setUseBinaryMessages(dialect.equals("packed"));
    factory.setUseBinaryBitmap(!dialect.equals("ascii"));
    return factory;
  }

  private static boolean isBinary(IsoType type) {
    return type == IsoType.BINARY || type == IsoType.LLBIN || type == IsoType.LLLBIN;
  }

  private static String encode(String[] parts) {
    IsoMessage message = factoryOf(parts[0]).newMessage(Integer.parseInt(parts[2], 16));
    for (String field : parts[3].split(" ")) {
      String[] words = field.split(":", -1);
      IsoType type = IsoType.valueOf(words[1]);
      byte[] bytes = HEX.parseHex(words[3]);
      Object value = isBinary(type) ? bytes : new String(bytes, StandardCharsets.ISO_8859_1);
      message.setValue(Integer.parseInt(words[0]), value, type, Integer.parseInt(words[2]));
    }
    return HEX.formatHex(message.writeData());
  }

  private static String decode(String[] parts) throws Exception {
    MessageFactory<IsoMessage> factory = factoryOf(parts[0]);
    Map<Integer, FieldParseInfo> guide = new HashMap<>();
    List<Integer> numbers = new ArrayList<>();
    for (String field : parts[3].split(" ")) {
      String[] words = field.split(":", -1);
      numbers.add(Integer.valueOf(words[0]));
      guide.put(Integer.valueOf(words[0]), FieldParseInfo.getInstance(IsoType.valueOf(words[1]), Integer.parseInt(words[2]), ENCODING, false));
    }
    factory.setParseMap(Integer.parseInt(parts[2], 16), guide);
    IsoMessage message = factory.parseMessage(HEX.parseHex(parts[4]), 0);
    List<String> values = new ArrayList<>();
    for (int number : numbers) {
      byte[] value = message.getField(number).toString().getBytes(StandardCharsets.ISO_8859_1);
      values.add(number + ":" + HEX.formatHex(value));
    }
    return String.join(" ", values);
  }
}
